"""A disk that is full or takes no writes ends a run with one sentence, and loses nothing.

Small file systems in memory stand for disks, which takes the right to mount. `make chaos` runs it.
"""

import os
import shutil

import pytest

from colike.errors import MachineError

from ..small_disk import small_disk
from .nights import ONE_CHAMPION, colike, command, finished
from .sameness import alike, damaged, differing, opened, rows_of

#: Kilobytes that a run finds free on the store's disk: it fills up in another job each time.
ROOM = (0, 100, 400, 800)
#: And on that of a store which is not there yet: tables are cut off while they are being made.
ROOM_OF_A_NEW_STORE = (24, 36, 120, 500)
LARGE = "64m"
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it"),
]


def halves(night, store):
    """Which tables are neither as they were nor as they should become."""
    now = rows_of(store)
    known = (night.old, night.new)
    return [table for table in now if not any(alike(now[table], night[table]) for night in known)]


@pytest.mark.parametrize("room", ROOM)
def test_a_full_disk_is_one_sentence_and_the_store_stays_and_is_mended_with_more_room(
    spark, night, tmp_path, room
):
    with small_disk(tmp_path / "disk") as remount:
        store = night.copied(tmp_path / "disk" / "store")
        used = shutil.disk_usage(tmp_path / "disk").used
        remount(f"size={used // 1024 + room}k")
        with pytest.raises(MachineError, match="A disk is full") as raised:
            night.run(store, "full")
        print(raised.value)
        assert "\n" not in str(raised.value)
        store = opened(spark, store.location.local)
        assert damaged(store) == {}
        assert halves(night, store) == []
        remount(f"size={LARGE}")
        night.run(store, "mended")
        assert differing(store, night.new) == []
        run_ids = [row.run_id for row in store.read("champion_moves").collect()]
        assert len(run_ids) == len(set(run_ids))


@pytest.mark.parametrize("room", ROOM_OF_A_NEW_STORE)
def test_a_disk_that_fills_up_in_the_first_run_leaves_what_the_next_run_continues(
    spark, night, tmp_path, room
):
    with small_disk(tmp_path / "disk", f"{room}k") as remount:
        folder = tmp_path / "disk" / "store"
        with pytest.raises(MachineError, match="A disk is full"):
            night.run(opened(spark, folder), "full")
        remount(f"size={LARGE}")
        night.run(opened(spark, folder), "mended")
        assert differing(opened(spark, folder), night.new) == []


def test_a_disk_that_takes_no_writes_is_one_sentence_and_the_store_can_be_read(
    spark, night, tmp_path
):
    with small_disk(tmp_path / "disk") as remount:
        store = night.copied(tmp_path / "disk" / "store")
        remount("ro")
        says = r"takes no writes: .*give another --store"
        with pytest.raises(MachineError, match=says) as raised:
            night.run(store, "refused")
        assert "\n" not in str(raised.value)
        assert differing(store, night.old) == []
        remount("rw")
        night.run(store, "mended")
        assert differing(store, night.new) == []


def ended(words, **environment):
    process = colike(words, **environment)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 2, said[-3000:]
    assert "Traceback" not in said
    (sentence,) = [line for line in said.splitlines() if line.startswith("MachineError: ")]
    print(sentence)
    return sentence


def test_the_command_ends_with_one_sentence_and_code_2_on_a_full_disk(spark, night, tmp_path):
    with small_disk(tmp_path / "disk") as remount:
        folder = night.copied(tmp_path / "disk" / "store").location.local
        remount(f"size={shutil.disk_usage(folder).used // 1024 + 100}k")
        words = command(night.second, folder, ONE_CHAMPION)
        assert "A disk is full" in ended(words)
        assert halves(night, opened(spark, folder)) == []
        remount(f"size={LARGE}")
        finished(words)
        assert differing(opened(spark, folder), night.new) == []


@pytest.mark.parametrize(("options", "says"), [("size=8k", "is full"), ("ro", "no writes")])
def test_a_disk_for_temporary_files_without_room_is_one_sentence(
    spark, night, tmp_path, options, says
):
    store = night.copied(tmp_path / "store").location.local
    words = command(night.second, store, ONE_CHAMPION)
    with small_disk(tmp_path / "tmp") as remount:
        remount(options)
        temporary = str(tmp_path / "tmp")
        process = colike(words, TMPDIR=temporary, SPARK_LOCAL_DIRS=temporary)
        said, _ = process.communicate(timeout=300)
    print(said[-600:])
    assert "Traceback" not in said
    assert process.returncode == 2, said[-3000:]
    sentence = said.splitlines()[-1]
    assert says in sentence or "Spark did not start" in sentence
    finished(words)
    assert differing(opened(spark, store), night.new) == []
