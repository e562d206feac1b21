"""Rows of what a store has after a second run, which trained: small enough to tell answers."""

import json
from dataclasses import asdict

import numpy as np

from colike.evaluation.rows import pair_figures
from colike.tables import contracts

RUN = "20260102T000000-000002"
#: What the training worker measures on held-out pairs.
METRICS = {
    "base": {"pairs": 12, "auc": 0.75, "f1": 0.5, "auc_by_kind": {"hard": 0.625}},
    "finetuned": {"pairs": 12, "auc": 0.875, "f1": 0.75, "auc_by_kind": {"hard": 0.8125}},
}
CURVE = [
    {"step": 1, "loss": 2.5, "learning_rate": 1e-4, "memory_bytes": 1},
    {"step": 9, "loss": 1.5, "learning_rate": 2e-5, "memory_bytes": 1},
]
TRAINED = {"steps": 9.0, "minutes": 1.5, "seconds": 95.25}
GATE = {"jaccard.gain": -0.125, "jaccard.low": -0.25, "jaccard.likes_0_9.high": 0.0625}
#: label, kind, split, jaccard, base_cosine
PAIRS = [
    (1, "positive", "train", 0.5, 0.25),
    (1, "positive", "train", 0.25, 0.75),
    (0, "hard", "train", 0.0, 0.875),
    (1, "positive", "heldout", 0.5, 0.5),
]


def models(at):
    return [
        {
            "model_id": "tuned",
            "name": "finetuned",
            "base": "base model",
            "objective": "graded",
            "params": json.dumps({"max_steps": 9, "learning_rate": 1e-4, "freeze_layers": None}),
            "metrics": json.dumps(METRICS),
            "curve": json.dumps(CURVE),
            "uri": "models/tuned",
            "sha256": "0" * 64,
            "data_versions": "{}",
            "created_at": at,
        }
    ]


def pairs(ids):
    names = ("label", "kind", "split", "jaccard", "base_cosine")
    return [
        {"pair_id": f"{a}|{b}", "item_a": a, "item_b": b, **dict(zip(names, facts, strict=True))}
        for a, b, facts in zip(ids, ids[1:], PAIRS, strict=False)
    ]


def vectors(items):
    random = np.random.default_rng(1)
    for source in ("base", "finetuned"):
        for item in items:
            vector = random.normal(size=8)
            yield {
                "source": source,
                "model_id": source,
                "item_id": item.item_id,
                "content_hash": item.content_hash,
                "embedding": (vector / np.linalg.norm(vector)).tolist(),
                "encoding": "random",
            }


def events(at, entry):
    unknown = dict.fromkeys(column.name for column in contracts()["runs"].columns)
    made = [
        {"job": "train", "event": "succeeded", "figures": TRAINED, "units": {"minutes": "min"}},
        {"job": "recommend", "event": "failed", "error": "StageError: no such thing"},
        {"job": "evaluate", "event": "succeeded", "figures": {}, "units": {}},
    ]
    return [
        {**unknown, "at": at, "entry": entry + number, **event}
        for number, event in enumerate(made, start=1)
    ]


def move(at):
    return {
        "source": "popularity",
        "model_id": None,
        "reason": "a test moved it",
        "figures": GATE,
        "held": False,
        "by": "a test",
        "at": at,
    }


def pair_rows():
    """Rows of table evaluation."""
    figures = (pair_figures(source, metrics) for source, metrics in METRICS.items())
    return [asdict(figure) for each in figures for figure in each]


REJECTED = {"table": "items", "reason": "no_title", "row": "{}", "file": "a.csv", "line": 7}
