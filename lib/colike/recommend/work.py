"""The rows that one run of the job recommend writes: everyone's, or those that may differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.recommend.before import Before
from colike.recommend.engine import Engine
from colike.recommend.renewal import LARGEST_SHARE, renewed, users_to_renew
from colike.recommend.scoring import recommend_all
from colike.recommend.sources import LoadedSource
from colike.recommend.users import histories_of, named_users
from colike.run.stage import Job

TABLE = "recommendations"


@dataclass(frozen=True)
class Work:
    """What there is to score: sources, how deep each looks, and whose histories."""

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

    def renewed(self, then: Before) -> dict[str, DataFrame]:
        """Return all rows of each source of which any may differ from the last ones.

        Args:
            then: What the last rows were made of.
        """
        total = self.job.read("user_history").count()
        found = {}
        for source in self.sources:
            count, rows = self._renewed_of(source, then, total)
            if rows is not None:
                found[source.name] = rows
            self.job.measure(f"users_scored.{source.name}", count, "users")
            self.job.note(f"{source.name}: {count:,} of {total:,} users are scored again")
        return found

    def _renewed_of(
        self, source: LoadedSource, then: Before, total: int
    ) -> tuple[int, DataFrame | None]:
        """How many users are scored again, and the source's rows; None where all rows stand."""
        owners = then.owners(source, self.depths[source.name], self.engine)
        if owners is None:
            return total, self.everyone(source)
        old = self.job.store.read(TABLE).where(F.col(C.SOURCE) == source.name)
        users = users_to_renew(self.job.read("user_history"), old, then.changed, owners)
        if users is None:
            return 0, None
        users = users.cache()
        count = users.count()
        if count > LARGEST_SHARE * total:
            return total, self.everyone(source)
        return count, renewed(old, users, self.some(source, users)) if count else None

    def _rows(self, source: LoadedSource, histories: Mapping[str, DataFrame]) -> DataFrame:
        k = self.job.config.recommend.k
        scorer = self.engine.scorer(source, self.depths[source.name], k)
        lists = recommend_all(histories, scorer, self.job.store.ids)
        parts = [
            rows.select(F.lit(source.name).alias(C.SOURCE), F.lit(name).alias(C.HISTORY), "*")
            for name, rows in lists.items()
        ]
        return reduce(DataFrame.unionByName, parts)

    @cached_property
    def _histories(self) -> dict[str, DataFrame]:
        """user_id, likes and seen by history."""
        job, settings = self.job, self.job.config.recommend
        named = None
        if settings.users is not None:
            named = named_users(job.store, job.data, settings.users).cache()
        history = job.read("user_history")
        return {name: histories_of(history, name, named) for name in settings.histories}
