"""Co-likes and Jaccard of every pair of items, from train likes.

Reads: user_history, items; its own item_colikes, to count only what changed since.
Writes: item_similarity (one row per pair with item_a before item_b), item_colikes (one row per
strip of a tile, where `similarity.tiled.keep_colikes` is on).
"""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.ids import to_ids
from colike.data.splits import train_likes
from colike.run.chain import job_main
from colike.run.stage import Job, Stage
from colike.similarity.engines import Counting, similarity
from colike.similarity.kept import kept_colikes
from colike.similarity.strips import margins_of, similarity_of


def transform(pairs: DataFrame, items: DataFrame, method: str) -> DataFrame:
    """Return the rows of item_similarity."""
    return to_ids(pairs, items, C.ITEM_A, C.ITEM_B).withColumn(C.METHOD, F.lit(method))


def execute(job: Job) -> None:
    """Read the histories, count, and replace the tables."""
    likes, items = train_likes(job.read("user_history")), job.read("items")
    settings = job.config.similarity
    counting = Counting(likes, items.count(), settings, job.measure)
    is_kept = settings.method == "tiled" and settings.tiled.keep_colikes
    pairs = _from_kept(job, counting, items) if is_kept else similarity(counting)
    job.writer.overwrite("item_similarity", transform(pairs, items, settings.method))


def _from_kept(job: Job, counting: Counting, items: DataFrame) -> DataFrame:
    version = job.reader.pinned["user_history"]
    kept = kept_colikes(job.store, counting, items, version)
    job.note(kept.note)
    if kept.changed is not None:
        job.measure("changed_likes", kept.changed, "likes")
    if kept.rows is not None:
        job.writer.overwrite("item_colikes", kept.rows)
    strips, settings = job.store.read("item_colikes"), counting.settings
    margins = margins_of(strips, counting.items)
    return similarity_of(strips, margins, settings.min_colikes, settings.min_jaccard)


STAGE = Stage(
    name="similarity",
    reads=("user_history", "items"),
    writes=("item_similarity", "item_colikes"),
    config_sections=("similarity",),
    execute=execute,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job from the command line."""
    job_main(STAGE, argv)


if __name__ == "__main__":
    main()
