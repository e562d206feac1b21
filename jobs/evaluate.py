"""Every source measured on the test ratings, with intervals, by two protocols.

Reads: recommendations, ratings, user_history, items, item_neighbours, item_embeddings, models.
Writes: evaluation (one row per run, source, protocol, segment, metric, k and versus).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import test_ratings, train_likes
from colike.evaluation.exposure import cold_share, coverage, exposures, gini
from colike.evaluation.judged import Scale
from colike.evaluation.lists import as_lists, judged_input, user_tests
from colike.evaluation.protocols.book import book_lists, short_titles
from colike.evaluation.rows import Figure, counted, figures, pair_figures
from colike.evaluation.similar import ItemFacts
from colike.evaluation.sums import Measure, metric_sums
from colike.recommend.catalogue import Catalogue, collect_catalogue, described
from colike.recommend.sources import load_sources, vectors_of
from colike.run.chain import job_main
from colike.run.stage import Job, Stage

POPULARITY = "popularity"


def execute(job: Job) -> None:
    """Measure, and append the run's figures."""
    history, items = job.read("user_history"), job.read("items")
    settings = job.config.evaluate
    catalogue = collect_catalogue(items, train_likes(history))
    tests = user_tests(
        test_ratings(job.read("ratings")), items, history, settings.bootstrap_seed
    ).cache()
    measure = _measure(job, catalogue, history.count())
    found: list[Figure] = []
    if "holdout" in settings.protocols:
        found += _holdout(job, catalogue, tests, measure)
    if "book" in settings.protocols:
        found += _book(job, catalogue, tests, measure)
    found += _heldout_pairs(job)
    tests.unpersist()
    rows = job.store.frame("evaluation", [asdict(figure) for figure in found])
    job.writer.append("evaluation", rows)


def _measure(job: Job, catalogue: Catalogue, users: int) -> Measure:
    config = job.config
    scale = Scale(config.likes.at_least, config.likes.detractor_at_most)
    share = np.maximum(catalogue.likes, 1) / max(users, 1)
    vectors = vectors_of(job, config.pairs.base_embedder, catalogue.size)
    facts = ItemFacts(share, vectors)
    return Measure(tuple(config.evaluate.ks), scale, config.evaluate.bootstrap_replicates, facts)


def _holdout(
    job: Job, catalogue: Catalogue, tests: DataFrame, measure: Measure
) -> Iterator[Figure]:
    known = job.read("recommendations").where(F.col(C.HISTORY) == "known")
    items = job.read("items")
    lists = as_lists(known, items).cache()
    is_popular = F.col(C.SOURCE) == POPULARITY
    popular = lists.where(is_popular) if POPULARITY in job.config.recommend.sources else None
    sums = metric_sums(judged_input(lists, tests, popular), measure)
    yield from figures(sums, "holdout", job.config.evaluate.baseline)
    for source, k, counts in exposures(known, items, measure.ks):
        rated = int(counts.sum())
        yield counted(source, "coverage", k, float(coverage(counts)), len(counts))
        yield counted(source, "gini", k, gini(counts), len(counts))
        yield counted(source, "cold_share", k, cold_share(counts, catalogue.likes), rated)
    lists.unpersist()


def _book(job: Job, catalogue: Catalogue, tests: DataFrame, measure: Measure) -> Iterator[Figure]:
    config, items = job.config, job.read("items")
    within = described(items)
    loaded = load_sources(job, catalogue, config)
    sources = [source for source in loaded if source.kind == "neighbour"]
    for source in sources:
        short = short_titles(source, within, max(measure.ks))
        job.measure(f"book_short_titles.{source.name}", short, "titles")
    for k in measure.ks if sources else ():
        parts = [
            book_lists(
                job.read("user_history"), items, source, catalogue, within,
                config.recommend.aggregate, k, job.store.ids,
            )
            for source in sources
        ]  # fmt: skip
        lists = parts[0]
        for part in parts[1:]:
            lists = lists.unionByName(part)
        only = Measure((k,), measure.scale, measure.replicates, measure.facts)
        sums = metric_sums(judged_input(lists, tests, None), only)
        yield from figures(sums, "book", config.evaluate.baseline)


def _heldout_pairs(job: Job) -> Iterator[Figure]:
    models = job.reader.read_or_empty("models")
    rows = models.orderBy(F.desc("created_at")).limit(1).select(C.NAME, "metrics").collect()
    for row in rows:
        metrics = json.loads(row["metrics"])
        yield from pair_figures(job.config.pairs.base_embedder, metrics.get("base", {}))
        yield from pair_figures(row[C.NAME], metrics.get("finetuned", {}))


STAGE = Stage(
    name="evaluate",
    reads=(
        "recommendations",
        "ratings",
        "user_history",
        "items",
        "item_neighbours",
        "item_embeddings",
        "models",
    ),
    writes=("evaluation",),
    config_sections=("evaluate", "likes", "recommend"),
    execute=execute,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job from the command line."""
    job_main(STAGE, argv)


if __name__ == "__main__":
    main()
