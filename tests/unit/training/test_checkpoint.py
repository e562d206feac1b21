"""A saved state is taken as it was saved, or not at all."""

import json

import pytest
import torch
from accelerate import Accelerator

from colike.training.checkpoint import HASHES, SHARED, STATE, Checkpoints, State

pytestmark = pytest.mark.torch
OWN = "process-0.safetensors"
WEIGHTS = torch.arange(4.0)


@pytest.fixture
def checkpoints(tmp_path):
    """The states of steps 1 and 2, the older one as a kill between the two leaves it."""
    kept = Checkpoints(tmp_path / ".out.checkpoints", "run", Accelerator(cpu=True))
    for step in (1, 2):
        older = kept.folder / "0000000001"
        older.rename(tmp_path / "older") if step == 2 else None
        kept.save(step, State({"step": step}, {"w": WEIGHTS + step}, {"random": torch.ones(1)}))
    (tmp_path / "older").rename(older)
    return kept


def cut(path):
    path.write_bytes(path.read_bytes()[:-3])


def flip(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def empty(path):
    path.write_bytes(b"")


def remove(path):
    path.unlink()


def change_a_number(path):
    path.write_text(path.read_text().replace('"step": 2', '"step": 7'))


DAMAGES = [
    *((how, name) for name in (SHARED, OWN, STATE) for how in (cut, flip, empty, remove)),
    *((how, HASHES) for how in (cut, empty, remove)),
    (change_a_number, STATE),
]


def test_the_newest_state_is_loaded_whole(checkpoints):
    state = checkpoints.load()
    assert state.values == {"step": 2}
    assert state.shared["w"].tolist() == (WEIGHTS + 2).tolist()
    assert checkpoints.damaged() == []


@pytest.mark.parametrize(
    ("damage", "name"), DAMAGES, ids=[f"{how.__name__} {name}" for how, name in DAMAGES]
)
def test_a_damaged_state_is_passed_over_and_named(checkpoints, damage, name):
    newest = checkpoints.folder / "0000000002"
    damage(newest / name)
    assert checkpoints.load().values == {"step": 1}
    assert checkpoints.damaged() == [newest]


def test_without_a_whole_state_there_is_none(checkpoints):
    for path in checkpoints.folder.iterdir():
        flip(path / SHARED)
    assert checkpoints.load() is None


def test_a_state_of_fewer_processes_is_passed_over(checkpoints, monkeypatch):
    monkeypatch.setattr(type(checkpoints.accelerator), "num_processes", 2)
    assert checkpoints.load() is None


def test_hashes_that_are_right_do_not_make_another_run_of_it(checkpoints):
    assert json.loads((checkpoints.folder / "0000000002" / STATE).read_text())["run"] == "run"
    other = Checkpoints(checkpoints.folder, "other", checkpoints.accelerator)
    assert other.load() is None
    assert other.damaged() == []
