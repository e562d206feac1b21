"""The nearest items of every item, by each source that has any.

Reads: item_similarity, item_embeddings, items.
Writes: item_neighbours (one row per source, item and rank).
"""

from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.ids import to_ids
from colike.embedding.vectors import collect_vectors
from colike.neighbours.cosine import nearest
from colike.neighbours.frames import to_frame
from colike.neighbours.large import near_in_index
from colike.neighbours.ranking import jaccard_neighbours
from colike.run.chain import job_main
from colike.run.stage import Job, Stage


def execute(job: Job) -> None:
    """Rank every source's neighbours and replace the table."""
    settings = job.config.neighbours
    parts = {"jaccard": jaccard_neighbours(job.read("item_similarity"), settings.k)}
    counts = _vectors_by_source(job)
    with TemporaryDirectory(prefix="colike-neighbours-") as folder:
        for name in job.config.embed.embedders:
            if 0 < counts.get(name, 0) <= settings.exact_up_to:
                parts[name] = _exact(job, name)
            elif counts.get(name, 0):
                parts[name] = _approximate(job, name, Path(folder))
        rows = [frame.select(F.lit(name).alias(C.SOURCE), "*") for name, frame in parts.items()]
        job.writer.overwrite("item_neighbours", reduce(DataFrame.unionByName, rows))


def _vectors_by_source(job: Job) -> dict[str, int]:
    items = job.read("items").select(C.ITEM_ID)
    mine = job.read_or_empty("item_embeddings").join(items, on=C.ITEM_ID, how="left_semi")
    return {row[0]: row[1] for row in mine.groupBy(C.SOURCE).count().collect()}


def _exact(job: Job, name: str) -> DataFrame:
    settings = job.config.neighbours
    embedded = collect_vectors(job.read("item_embeddings"), job.read("items"), name)
    found = nearest(embedded.vectors, embedded.order, settings.k, settings.candidate_margin)
    return to_frame(job.store.spark, embedded, found, job.store.ids)


def _approximate(job: Job, name: str, folder: Path) -> DataFrame:
    """What an index finds, with its recall in run_metrics; `folder` outlasts the write."""
    settings, items = job.config.neighbours, job.read("items")
    own = folder / f"{folder.name}-{name}"
    own.mkdir()
    near, tuned = near_in_index(job.read("item_embeddings"), items, name, settings, own)
    job.measure(f"neighbours.recall.{name}", tuned.recall, "share of the 10 nearest")
    job.measure(f"neighbours.probes.{name}", tuned.probes, "lists")
    named = to_ids(near, items, C.ITEM_IDX, C.NEIGHBOUR_ID)
    return named.withColumnRenamed(C.ITEM_IDX, C.ITEM_ID)


STAGE = Stage(
    name="neighbours",
    reads=("item_similarity", "item_embeddings", "items"),
    writes=("item_neighbours",),
    config_sections=("neighbours", "embed"),
    execute=execute,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job from the command line."""
    job_main(STAGE, argv)


if __name__ == "__main__":
    main()
