"""The objectives by their name in the settings; a new one is one file and one line."""

from collections.abc import Callable
from typing import Any, Final

from colike.training.objectives.base import Objective, TrainData
from colike.training.objectives.contrastive import ContrastiveObjective
from colike.training.objectives.cosine import CosineObjective
from colike.training.objectives.graded import GradedObjective
from colike.training.objectives.head import HeadObjective
from colike.training.objectives.mnr import RankingObjective
from colike.training.objectives.softmax import SoftmaxObjective

OBJECTIVES: Final[dict[str, Callable[[TrainData], Objective[Any]]]] = {
    "cosine": CosineObjective,
    "softmax": SoftmaxObjective,
    "contrastive": ContrastiveObjective,
    "mnr": RankingObjective,
    "graded": GradedObjective,
    "head": HeadObjective,
}
