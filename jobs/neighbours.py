"""The nearest items of every item, by each source that has any.

Reads: item_similarity, item_embeddings, items.
Writes: item_neighbours (one row per source, item and rank).
"""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.chain import job_main
from colike.embedding.vectors import collect_vectors
from colike.neighbours.cosine import nearest
from colike.neighbours.frames import to_frame
from colike.neighbours.ranking import jaccard_neighbours
from colike.stage import Job, Stage


def execute(job: Job) -> None:
    """Rank every source's neighbours and replace the table."""
    settings = job.config.neighbours
    parts = {"jaccard": jaccard_neighbours(job.read("item_similarity"), settings.k)}
    embeddings = job.reader.read_or_empty("item_embeddings")
    for name in job.config.embed.embedders:
        embedded = collect_vectors(embeddings, job.read("items"), name)
        if len(embedded.vectors):
            margin = settings.candidate_margin
            found = nearest(embedded.vectors, embedded.order, settings.k, margin)
            parts[name] = to_frame(job.store.spark, embedded, found, job.store.ids)
    rows = [frame.select(F.lit(name).alias(C.SOURCE), "*") for name, frame in parts.items()]
    job.writer.overwrite("item_neighbours", reduce(DataFrame.unionByName, rows))


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
