"""Ranking metrics, one file each. A line in METRICS adds one to every evaluation."""

from collections.abc import Mapping

from colike.evaluation.metrics.average_precision import average_precision, reciprocal_rank
from colike.evaluation.metrics.base import Metric, Parts
from colike.evaluation.metrics.ndcg import ndcg, ndcg_graded
from colike.evaluation.metrics.nps import found_per_user, nps
from colike.evaluation.metrics.precision import hit_rate, precision
from colike.evaluation.metrics.recall import recall
from colike.evaluation.metrics.surprise import fallback_share, serendipity

METRICS: Mapping[str, Metric] = {
    "recall": recall,
    "precision": precision,
    "hit_rate": hit_rate,
    "ndcg": ndcg,
    "ndcg_graded": ndcg_graded,
    "map": average_precision,
    "mrr": reciprocal_rank,
    "nps": nps,
    "found_per_user": found_per_user,
    "serendipity": serendipity,
    "fallback_share": fallback_share,
}

__all__ = ["METRICS", "Metric", "Parts"]
