"""The objectives by the name that the settings give them; a new one is one file and one line."""

from collections.abc import Callable
from typing import Any, Final

from colike.training.objectives.base import Objective, TrainData
from colike.training.objectives.cosine import CosineObjective
from colike.training.objectives.graded import GradedObjective
from colike.training.objectives.mnr import RankingObjective

OBJECTIVES: Final[dict[str, Callable[[TrainData], Objective[Any]]]] = {
    "cosine": CosineObjective,
    "mnr": RankingObjective,
    "graded": GradedObjective,
}
