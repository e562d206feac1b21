"""Co-likes and Jaccard of every pair of items, from train likes.

Reads: user_history, items.
Writes: item_similarity (one row per pair with item_a before item_b).
"""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.chain import job_main
from colike.config.models import SimilarityConfig
from colike.data.ids import to_ids
from colike.data.splits import TrainLikes, train_likes
from colike.similarity.jaccard import similarity_rows
from colike.similarity.self_join import colikes, item_likes
from colike.stage import Job, Stage


def transform(likes: TrainLikes, items: DataFrame, settings: SimilarityConfig) -> DataFrame:
    """Return the rows of item_similarity."""
    rows = similarity_rows(
        colikes(likes), item_likes(likes), settings.min_colikes, settings.min_jaccard
    )
    return to_ids(rows, items, C.ITEM_A, C.ITEM_B).withColumn(C.METHOD, F.lit(settings.method))


def execute(job: Job) -> None:
    """Read the histories, count, and replace the table."""
    likes = train_likes(job.read("user_history"))
    rows = transform(likes, job.read("items"), job.config.similarity)
    job.writer.overwrite("item_similarity", rows)


STAGE = Stage(
    name="similarity",
    reads=("user_history", "items"),
    writes=("item_similarity",),
    config_sections=("similarity",),
    execute=execute,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job from the command line."""
    job_main(STAGE, argv)


if __name__ == "__main__":
    main()
