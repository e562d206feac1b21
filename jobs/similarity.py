"""Co-likes and Jaccard of every pair of items, from train likes.

Reads: user_history, items.
Writes: item_similarity (one row per pair with item_a before item_b).
"""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.chain import job_main
from colike.data.ids import to_ids
from colike.data.splits import train_likes
from colike.similarity.engines import Counting, similarity
from colike.stage import Job, Stage


def transform(counting: Counting, items: DataFrame) -> DataFrame:
    """Return the rows of item_similarity."""
    named = to_ids(similarity(counting), items, C.ITEM_A, C.ITEM_B)
    return named.withColumn(C.METHOD, F.lit(counting.settings.method))


def execute(job: Job) -> None:
    """Read the histories, count, and replace the table."""
    likes, items = train_likes(job.read("user_history")), job.read("items")
    counting = Counting(likes, items.count(), job.config.similarity, job.measure)
    job.writer.overwrite("item_similarity", transform(counting, items))


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
