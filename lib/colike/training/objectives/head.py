"""The graded objective as a head wants it: large batches and a high rate cost it nothing."""

from colike.training.objectives.graded import GradedObjective


class HeadObjective(GradedObjective):
    """What `graded` trains the whole model with, for a linear map of the base model's vectors."""

    # Some ten batches each: two minutes on a CPU have room for five hundred.
    default_epochs = 600
    default_learning_rate = 1e-3
    default_batch_size = 512
