"""Recommendations for every user, from every source, by known and by all ratings.

Reads: user_history, items, item_neighbours, item_embeddings; the file of `recommend.users`; its
own recommendations, to score only users whose history or whose neighbours changed.
Writes: recommendations (one row per source, history, user and rank).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.batches import arrow_batches
from colike.chain import job_main
from colike.config.recommend import RecommendConfig
from colike.config.saved import save_config
from colike.data.files import fingerprint, input_path
from colike.recommend.before import DEPTH, Before, before
from colike.recommend.depth import Choice, choose_depths
from colike.recommend.engine import Engine, load_engine
from colike.recommend.renewal import LARGEST_SHARE, renewed, users_to_renew
from colike.recommend.scorers import Scorer
from colike.recommend.scoring import longest_history, recommend_all
from colike.recommend.sources import LoadedSource, load_sources
from colike.recommend.users import histories_of, named_users
from colike.stage import Job, Run, Stage
from colike.tables.contracts import IdTypes

TABLE = "recommendations"


def transform(
    source: str, scorer: Scorer, histories: Mapping[str, DataFrame], ids: IdTypes
) -> DataFrame:
    """Return a source's rows of recommendations.

    Args:
        source: Its name.
        scorer: What makes its lists.
        histories: user_id, likes and seen by the name of the history.
        ids: Types of the ids.
    """
    parts = [
        lists.select(F.lit(source).alias(C.SOURCE), F.lit(name).alias(C.HISTORY), "*")
        for name, lists in recommend_all(histories, scorer, ids).items()
    ]
    return reduce(DataFrame.unionByName, parts)


def execute(job: Job) -> None:
    """Choose each source's depth on validation ratings, score, and write what is new."""
    history = job.read("user_history")
    engine = load_engine(job, job.config)
    sources = load_sources(job, engine.catalogue, job.config)
    for name in job.config.recommend.sources:
        if name not in {source.name for source in sources}:
            job.note(f"source {name} has neither neighbours nor vectors, and so no lists")
    with arrow_batches(job.store.spark, longest_history(history)):
        work = Work(job, engine, sources, _depths(job, history, sources, engine))
        then = _before(job, engine, sources)
        if then is None:
            rows = [work.everyone(source) for source in sources]
            job.writer.overwrite(TABLE, _union(job, rows))
        else:
            _renew(work, then)
    save_config(job.store.files, job.config)


@dataclass(frozen=True)
class Work:
    """What one run has to score: sources, how deep each looks, and whose histories."""

    job: Job
    engine: Engine
    sources: list[LoadedSource]
    depths: Mapping[str, int]

    def everyone(self, source: LoadedSource) -> DataFrame:
        """Return a source's rows for all users."""
        return self._rows(source, self._histories)

    def some(self, source: LoadedSource, users: DataFrame) -> DataFrame:
        """Return a source's rows for some users: user_id, each once."""
        theirs = {
            name: histories.join(users, on=C.USER_ID, how="left_semi")
            for name, histories in self._histories.items()
        }
        return self._rows(source, theirs)

    def _rows(self, source: LoadedSource, histories: Mapping[str, DataFrame]) -> DataFrame:
        k = self.job.config.recommend.k
        scorer = self.engine.scorer(source, self.depths[source.name], k)
        return transform(source.name, scorer, histories, self.job.store.ids)

    @cached_property
    def _histories(self) -> dict[str, DataFrame]:
        job, settings = self.job, self.job.config.recommend
        named = None
        if settings.users is not None:
            named = named_users(job.store, job.data, settings.users).cache()
        history = job.read("user_history")
        return {name: histories_of(history, name, named) for name in settings.histories}


def _before(job: Job, engine: Engine, sources: list[LoadedSource]) -> Before | None:
    """What the last lists were made of, if they are of the same sources and can be counted on."""
    last = job.before()
    if last is None:
        return None
    had = job.store.read(TABLE).select(C.SOURCE).distinct().collect()
    if {row[C.SOURCE] for row in had} != {source.name for source in sources}:
        return None
    return before(job.store, last, job.reader, engine, job.config)


def _renew(work: Work, then: Before) -> None:
    """Score again whose lists must be, and leave the other sources and users as they are."""
    job, history = work.job, work.job.read("user_history")
    total, rows = history.count(), {}
    for source in work.sources:
        old = job.store.read(TABLE).where(F.col(C.SOURCE) == source.name)
        owners = then.owners(source, work.depths[source.name], work.engine)
        users = None if owners is None else users_to_renew(history, old, then.changed, owners)
        count = total if owners is None else 0
        if users is not None:
            users = users.cache()
            count = users.count()
        if count:
            is_most = users is None or count > LARGEST_SHARE * total
            rows[source.name] = (
                work.everyone(source)
                if is_most or users is None
                else renewed(old, users, work.some(source, users))
            )
        job.measure(f"users_scored.{source.name}", count, "users")
        job.note(f"{source.name}: {count:,} of {total:,} users are scored again")
    if rows:
        names = ", ".join(f"'{name}'" for name in rows)
        job.writer.replace(TABLE, _union(job, list(rows.values())), f"{C.SOURCE} IN ({names})")
    else:
        job.writer.keep(TABLE)


def _union(job: Job, parts: list[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, parts, job.store.empty(TABLE).drop(C.RUN_ID))


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
        else settings.neighbours_per_title.get(source.name, max(settings.neighbours_grid))
        for source in sources
    }


def _candidates(source: LoadedSource, settings: RecommendConfig) -> list[int]:
    """A fixed depth is tried too, so that its validation recall is reported."""
    if source.kind != "neighbour":
        return []
    fixed = settings.neighbours_per_title.get(source.name)
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
