"""Recommendations for every user, from every source, by known and by all ratings.

Reads: user_history, items, item_neighbours.
Writes: recommendations (one row per source, history, user and rank).
"""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.chain import job_main
from colike.config.models import RecommendConfig
from colike.config.saved import save_config
from colike.data.history import of_history
from colike.data.splits import train_likes
from colike.recommend.catalogue import Catalogue, collect_catalogue
from colike.recommend.depth import Choice, choose_depths
from colike.recommend.scoring import Scorer, recommend_all
from colike.recommend.sources import LoadedSource, load_sources
from colike.stage import Job, Stage
from colike.tables.contracts import IdTypes


def transform(
    history: DataFrame, scorers: dict[str, Scorer], histories: Sequence[str], ids: IdTypes
) -> DataFrame:
    """Return the rows of recommendations."""
    parts = [
        recommend_all(of_history(history, name), scorer, ids).select(
            F.lit(source).alias(C.SOURCE), F.lit(name).alias(C.HISTORY), "*"
        )
        for source, scorer in scorers.items()
        for name in histories
    ]
    return reduce(DataFrame.unionByName, parts)


def execute(job: Job) -> None:
    """Choose each source's depth on validation ratings, score, and replace the table."""
    settings = job.config.recommend
    history, items = job.read("user_history"), job.read("items")
    catalogue = collect_catalogue(items, train_likes(history))
    sources = load_sources(job.read("item_neighbours"), items, catalogue, job.config)
    depths = _depths(job, history, sources, catalogue)
    scorers = {
        source.name: source.scorer(
            catalogue, depths.get(source.name, 0), settings.aggregate, settings.k
        )
        for source in sources
    }
    lists = transform(history, scorers, settings.histories, job.store.ids)
    job.writer.overwrite("recommendations", lists)
    save_config(job.store.files, job.config)


def _depths(
    job: Job, history: DataFrame, sources: list[LoadedSource], catalogue: Catalogue
) -> dict[str, int]:
    settings = job.config.recommend
    trying = {
        (source.name, depth): source.scorer(catalogue, depth, settings.aggregate, settings.k)
        for source in sources
        for depth in _candidates(source, settings)
    }
    choices = choose_depths(history, trying) if trying else {}
    for name, choice in choices.items():
        _report(job, name, choice)
    return {
        source.name: choices[source.name].depth
        if source.name in choices
        else settings.neighbours_per_title.get(source.name, max(settings.neighbours_grid))
        for source in sources
    }


def _candidates(source: LoadedSource, settings: RecommendConfig) -> list[int]:
    """A fixed depth is tried too, so that its validation recall is reported."""
    if source.kind == "global":
        return []
    fixed = settings.neighbours_per_title.get(source.name)
    return settings.neighbours_grid if fixed is None else [fixed]


def _report(job: Job, name: str, choice: Choice) -> None:
    job.measure(f"neighbours_per_title.{name}", choice.depth, "neighbours")
    for depth, recall in choice.recall.items():
        job.measure(f"validation_recall.{name}.{depth}", recall, "recall")


STAGE = Stage(
    name="recommend",
    reads=("user_history", "items", "item_neighbours"),
    writes=("recommendations",),
    config_sections=("recommend", "embed"),
    execute=execute,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job from the command line."""
    job_main(STAGE, argv)


if __name__ == "__main__":
    main()
