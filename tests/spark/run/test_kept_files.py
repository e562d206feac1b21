"""Files that stages keep beside their tables are made again where they are lost or damaged."""

from dataclasses import replace

import pytest

from colike.config.saved import CONFIG_FILE
from colike.errors import StoreError
from colike.queries.store import config_of

from .one_row import CONFIG, a_stage, one_row, planned


def test_files_that_a_stage_keeps_beside_its_tables_are_made_again_where_they_are_lost(
    works, store
):
    def run(inputs, settings):
        inputs.files.write_text("made/result.json", "{}")
        return replace(one_row(inputs, settings), row_sets={"made": "made/result.json"})

    def lost(inputs):
        made = inputs.row_sets.get("made")
        return f"{made} is gone" if made and not inputs.files.has(made) else None

    keeper = a_stage(run, lost=lost)
    assert works(keeper) == ["neighbours"]
    assert works(keeper) == []
    store.files.remove("made/result.json")
    assert planned(store, keeper) == {"neighbours": ["made/result.json is gone"]}
    assert works(keeper) == ["neighbours"]
    assert store.files.has("made/result.json")


@pytest.mark.parametrize("damaged", [None, "", "{", '{"name": 1}', '{"name": "other"}'])
def test_the_config_of_the_lists_is_named_where_it_is_damaged_and_written_by_the_next_run(
    works, store, damaged
):
    keeper = a_stage(one_row, keeps_config=True)
    assert works(keeper) == ["neighbours"]
    assert config_of(store.files).neighbours == CONFIG.neighbours
    if damaged is None:
        store.files.remove(CONFIG_FILE)
    else:
        store.files.write_text(CONFIG_FILE, damaged)
    with pytest.raises(StoreError, match=r"config\.json is (missing|damaged).*run the chain"):
        config_of(store.files)
    assert works(keeper) == []
    assert config_of(store.files).neighbours == CONFIG.neighbours
