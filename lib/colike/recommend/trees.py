"""Boosted trees: the one place where xgboost is used. A fitted model is a text, its JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from colike.compute.arrays import Doubles, Floats
from colike.config.sources import TreesConfig
from colike.errors import DependencyError

# One thread adds up in one order, so that equal rows give equal trees; and each core has a task.
THREADS = 1
#: What is fitted: the chance of a yes, or a mean.
CHANCE, MEAN = "binary:logistic", "reg:squarederror"


def load_xgboost() -> Any:
    """Return the module xgboost.

    Raises:
        DependencyError: It is not installed.
    """
    try:
        import xgboost
    except ImportError as error:
        raise DependencyError(
            "xgboost is not installed, and source ranker needs it; pip install 'colike[ranker]', "
            "or set sources.ranker to null."
        ) from error
    return xgboost


@dataclass(frozen=True)
class Trees:
    """A fitted model, as xgboost writes it in JSON."""

    text: str

    def __call__(self, features: Floats) -> Floats:
        """Return what the model says of each row; rows do not depend on each other."""
        return np.asarray(self._booster.inplace_predict(features), np.float32)

    def importances(self, names: Sequence[str]) -> Mapping[str, float]:
        """Return each feature's share of what all splits gained, by name."""
        gains = self._booster.get_score(importance_type="total_gain")
        total = sum(gains.values())
        return {
            name: gains.get(f"f{place}", 0.0) / total if total else 0.0
            for place, name in enumerate(names)
        }

    def __getstate__(self) -> Mapping[str, str]:
        """Return the text alone: each executor reads it once."""
        return {"text": self.text}

    @cached_property
    def _booster(self) -> Any:
        booster = load_xgboost().Booster({"nthread": THREADS})
        booster.load_model(bytearray(self.text.encode()))
        booster.set_param({"nthread": THREADS})
        return booster


def fitted_trees(
    features: Floats, targets: Doubles, weights: Doubles, objective: str, settings: TreesConfig
) -> Trees:
    """Return trees that tell the targets from the features; equal rows give equal trees.

    Args:
        features: Rows x features.
        targets: What is to be told of each row.
        weights: How much each row counts.
        objective: CHANCE of a target of 1, or MEAN.
        settings: How many trees, and of what kind.

    Raises:
        DependencyError: xgboost is not installed.
    """
    xgboost = load_xgboost()
    params = {
        "objective": objective,
        "tree_method": "hist",
        "nthread": THREADS,
        "seed": settings.seed,
        "max_depth": settings.depth,
        "eta": settings.learning_rate,
        "min_child_weight": settings.least_rows,
        "subsample": settings.rows_share,
        "colsample_bytree": settings.features_share,
        "lambda": settings.regularization,
        "verbosity": 0,
    }
    rows = xgboost.DMatrix(features, targets, weight=weights, nthread=THREADS)
    booster = xgboost.train(params, rows, settings.rounds)
    return Trees(bytes(booster.save_raw(raw_format="json")).decode())
