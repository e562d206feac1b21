"""`colike doctor` and `colike repair` on a store with several damages, and the run after them."""

import json
import shutil

import pytest

from colike.errors import StoreError
from colike.tables import Store
from colike.tables.difference import row_difference

from ..tables.test_damage import cut_a_file, remove_a_file, write_into_the_log

JOBS = ("ingest", "similarity", "neighbours", "recommend", "evaluate", "publish")
EQUAL = ("ratings", "items", "item_similarity", "recommendations")


@pytest.fixture(scope="module")
def whole(tiny_store, tmp_path_factory):
    """A copy of the tiny store."""
    folder = tmp_path_factory.mktemp("repaired") / "store"
    shutil.copytree(tiny_store.location.root, folder)
    return Store.open(tiny_store.spark, str(folder), tiny_store.ids)


def states(typed, store):
    code, out, _ = typed("doctor", "--store", store.location.name, "--json")
    return code, {one["what"]: one["state"] for one in json.loads(out)}


def test_damages_are_found_set_aside_and_made_again(
    typed, whole, tiny_store, tiny_config, tiny_data, run_jobs
):
    tables = whole.location.local / "tables"
    remove_a_file(tables / "ratings")
    cut_a_file(tables / "item_similarity")
    (whole.location.local / "files" / "config.json").write_text('{"name": ')
    fewer = tiny_config.evaluate.model_copy(update={"bootstrap_replicates": 5})
    changed = tiny_config.model_copy(update={"evaluate": fewer})
    with pytest.raises(StoreError, match="Table ratings cannot be read"):
        run_jobs(changed, whole, ("evaluate",), tiny_data, "other")
    write_into_the_log(tables / "runs")

    code, found = states(typed, whole)
    assert code == 2
    wrong = {what for what, state in found.items() if state == "wrong"}
    assert {"table ratings", "table item_similarity", "config.json"} <= wrong
    assert found["table items"] == "ok"

    code, out, _ = typed("repair", "--store", whole.location.name)
    assert code == 0
    assert "Table ratings is damaged" in out
    assert "Lost: nothing, the next run makes it again." in out
    assert "colike run CONF --data DATA --store" in out

    run_jobs(tiny_config, whole, JOBS, tiny_data, "repaired")
    for table in EQUAL:
        assert row_difference(whole.read(table), tiny_store.read(table), table).isEmpty()
    _, found = states(typed, whole)
    in_store = [found[what] for what in found if what.startswith(("table", "config"))]
    assert set(in_store) == {"ok"}
    assert typed("repair", "--store", whole.location.name)[1].startswith("No table of store")

    shutil.rmtree(tables / "item_neighbours")
    whole.spark.sql(f"UPDATE {whole.location.identifier('items')} SET title = 'Another'")
    code, found = states(typed, whole)
    assert (code, found["table item_neighbours"]) == (2, "wrong")
    assert [what for what, state in found.items() if state == "wrong" and "table" in what] == [
        "table items",
        "table item_neighbours",
    ]
