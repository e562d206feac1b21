"""A clock that is put back, earlier files and configs, and run ids that come again.

The first night's run has a clock that is a day ahead; the second night's has the right one, as
after a clock was put back. `make chaos` runs it; CHAOS_SEED chooses the data.
"""

import os
import sys
from datetime import datetime, timedelta

import pytest

from colike.config import load_config
from colike.errors import QualityError
from colike.generate.form import RATINGS_FILE
from colike.tables import contracts
from colike.tables.views import register_views

from .nights import COMPARED, IN_PROCESS, NIGHTLY
from .sameness import differing, opened, rows_of

AHEAD = timedelta(days=1)
OF_RUNS = ("evaluation", "quarantine")
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it"),
]


class TomorrowsClock(datetime):
    """Python's clock, a day ahead."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + AHEAD


@pytest.fixture
def tomorrow(monkeypatch):
    """Puts colike's clock a day ahead, and what it has written in a folder with it; or back."""
    modules = [
        module
        for name, module in sys.modules.items()
        if name.startswith("colike") and getattr(module, "datetime", None) is datetime
    ]
    assert {"colike.run.log", "colike.run.inputs"} <= {module.__name__ for module in modules}

    class Tomorrow:
        def begins(self):
            for module in modules:
                monkeypatch.setattr(module, "datetime", TomorrowsClock)

        def ends(self, folder):
            for module in modules:
                monkeypatch.setattr(module, "datetime", datetime)
            for path in folder.rglob("*"):
                at = path.stat().st_mtime + AHEAD.total_seconds()
                os.utime(path, (at, at))

    return Tomorrow()


def moves_of(store):
    return [row.run_id for row in store.read("champion_moves").orderBy("at").collect()]


def runs_of(store, table):
    return sorted(row.run_id for row in store.read(table).select("run_id").distinct().collect())


def doubled(store, *tables):
    """Those of the tables in which a key comes twice; of one without a key, a row."""
    keys = {table: store.read(table).select(*key_of(table)) for table in tables}
    return [table for table, key in keys.items() if key.count() != key.distinct().count()]


def key_of(table):
    contract = contracts()[table]
    return contract.primary_key or [column.name for column in contract.columns]


def test_after_a_clock_was_put_back_the_newest_run_is_what_everybody_sees(
    spark, night, tmp_path, tomorrow
):
    store = opened(spark, tmp_path / "store")
    tomorrow.begins()
    night.run(store, "ahead", night.first)
    tomorrow.ends(tmp_path / "store")
    store = opened(spark, tmp_path / "store")
    assert night.run(store, "back") == list(NIGHTLY)
    assert differing(store, night.new) == []
    assert moves_of(store) == ["ahead", "back"]
    session = spark.newSession()
    register_views(type(store).open(session, store.location.root, store.ids))
    for view in ("v_leaderboard", "v_recommendations"):
        assert runs_of(Views(session), view) == ["back"]
    assert store.files.has("reports/back.html")
    assert night.run(store, "idle") == []


class Views:
    """Views of a session, read as tables of a store are."""

    def __init__(self, session):
        self._session = session

    def read(self, view):
        return self._session.table(view)


def test_the_earlier_files_again_and_the_earlier_config_again_are_as_they_were(
    spark, night, run_jobs, tmp_path
):
    store = night.copied(tmp_path / "store")
    other = [*IN_PROCESS, "likes.at_least=8", "recommend.k=12"]
    run_jobs(load_config("conf/mal2020.yml", other), store, NIGHTLY, night.second, "other")
    assert differing(store, night.old) != []
    night.run(store, "files", night.second)
    assert differing(store, night.new) == []
    night.run(store, "earlier", night.first)
    assert differing(store, night.old) == []
    assert moves_of(store) == ["first", "other", "files", "earlier"]


def test_the_same_run_id_again_replaces_what_it_wrote_and_doubles_nothing(spark, night, tmp_path):
    store = night.copied(tmp_path / "store")
    wanted = rows_of(store, (*COMPARED, *OF_RUNS), "first")
    night.run(store, "first", night.second)
    night.run(store, "first", night.first)
    assert differing(store, wanted, "first") == []
    assert doubled(store, *COMPARED, *OF_RUNS) == []
    assert runs_of(store, "evaluation") == ["first"]
    assert night.run(store, "first", night.first) == []


def test_the_same_run_id_after_a_failure_leaves_what_a_new_store_has(spark, night, tmp_path):
    """A file that is spoilt, one after which the job itself fails, and then the right one."""
    store = night.copied(tmp_path / "store")
    spoilt = tmp_path / "spoilt"
    spoilt.mkdir()
    for path in night.second.iterdir():
        (spoilt / path.name).write_bytes(path.read_bytes())
    lines = (spoilt / RATINGS_FILE).read_text("utf-8").splitlines()
    bad = [f"{line},more" if place % 3 else line for place, line in enumerate(lines)]
    (spoilt / RATINGS_FILE).write_text("\n".join(bad), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(QualityError, match="rows were rejected"):
            night.run(store, "second", spoilt)
    assert differing(store, night.old) == []
    night.run(store, "second")
    new = opened(spark, tmp_path / "new")
    night.run(new, "second")
    wanted = rows_of(new, (*COMPARED, *OF_RUNS), "second")
    assert differing(store, wanted, "second") == []
    assert doubled(store, *OF_RUNS) == []
