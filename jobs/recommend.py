"""Recommendations for every user, from every source, by known and by all ratings.

Reads: user_history, items, item_neighbours, item_embeddings; the file of `recommend.users`; its
own recommendations, to score only users whose history or whose neighbours changed.
Writes: recommendations (one row per source, history, user and rank).
"""

from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import DataFrame

from colike import columns as C
from colike.config.recommend import RecommendConfig
from colike.config.saved import save_config
from colike.data.files import fingerprint, input_path
from colike.recommend.before import Before, before
from colike.recommend.depth import DEPTH, Choice, choose_depths
from colike.recommend.engine import Engine, load_engine
from colike.recommend.scoring import history_bytes
from colike.recommend.sources import LoadedSource, load_sources
from colike.recommend.work import TABLE, Work
from colike.run.chain import job_main
from colike.run.stage import Job, Run, Stage
from colike.spark import arrow_batches


def execute(job: Job) -> None:
    """Choose each source's depth on validation ratings, score, and write what is new."""
    history = job.read("user_history")
    engine = load_engine(job, job.config)
    sources = load_sources(job, engine.catalogue, job.config)
    for name in job.config.recommend.sources:
        if name not in {source.name for source in sources}:
            job.note(f"source {name} has neither neighbours nor vectors, and so no lists")
    with arrow_batches(job.store.spark, history_bytes(history, engine.catalogue.size)):
        work = Work(job, engine, sources, _depths(job, history, sources, engine))
        then = _before(job, engine, sources)
        if then is None:
            rows = {source.name: work.everyone(source) for source in sources}
            job.writer.overwrite(TABLE, _union(job, rows))
        else:
            _write_renewed(job, work.renewed(then))
    job.store.spark.catalog.clearCache()
    save_config(job.store.files, job.config)


def _before(job: Job, engine: Engine, sources: list[LoadedSource]) -> Before | None:
    """What the last lists were made of, if they are of the same sources and can be counted on."""
    last = job.before()
    if last is None:
        return None
    had = job.store.read(TABLE).select(C.SOURCE).distinct().collect()
    if {row[C.SOURCE] for row in had} != {source.name for source in sources}:
        return None
    return before(job.store, last, job.reader, engine, job.config)


def _write_renewed(job: Job, rows: Mapping[str, DataFrame]) -> None:
    """Replace the rows of these sources, and leave the others' as they are."""
    if rows:
        names = ", ".join(f"'{name}'" for name in rows)
        job.writer.replace(TABLE, _union(job, rows), f"{C.SOURCE} IN ({names})")
    else:
        job.writer.keep(TABLE)


def _union(job: Job, rows: Mapping[str, DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, rows.values(), job.store.empty(TABLE).drop(C.RUN_ID))


def _depths(
    job: Job, history: DataFrame, sources: list[LoadedSource], engine: Engine
) -> dict[str, int]:
    settings = job.config.recommend
    trying = {
        (source.name, depth): engine.plain(source, depth, settings.k)
        for source in sources
        for depth in _candidates(source, settings)
    }
    choices = choose_depths(history, trying) if trying else {}
    for name, choice in choices.items():
        _report(job, name, choice)
    return {
        source.name: choices[source.name].depth
        if source.name in choices
        else settings.neighbours_per_item.get(source.name, max(settings.neighbours_grid))
        for source in sources
    }


def _candidates(source: LoadedSource, settings: RecommendConfig) -> list[int]:
    """A fixed depth is tried too, so that its validation recall is reported."""
    if source.kind != "neighbour":
        return []
    fixed = settings.neighbours_per_item.get(source.name)
    return settings.neighbours_grid if fixed is None else [fixed]


def _report(job: Job, name: str, choice: Choice) -> None:
    job.measure(f"{DEPTH}{name}", choice.depth, "neighbours")
    for depth, recall in choice.recall.items():
        job.measure(f"validation_recall.{name}.{depth}", recall, "recall")


def _fingerprint(run: Run) -> str:
    users = run.config.recommend.users
    if users is None:
        return ""
    return fingerprint(run.store.spark, [input_path(run.data, users.path)])


STAGE = Stage(
    name="recommend",
    reads=("user_history", "items", "item_neighbours", "item_embeddings"),
    writes=(TABLE,),
    config_sections=("recommend", "embed"),
    execute=execute,
    fingerprint=_fingerprint,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job from the command line."""
    job_main(STAGE, argv)


if __name__ == "__main__":
    main()
