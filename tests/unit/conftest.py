"""What tests of snapshots and of training share; nothing of it loads torch before it is asked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..small_model import save_small_model
from .snapshots import make_items, write_snapshot


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a random model of two layers, for all facts that need no knowledge."""
    return save_small_model(tmp_path_factory.mktemp("small_model"), make_items().values())


@pytest.fixture
def make_snapshot(tmp_path: Path) -> Callable[..., Path]:
    """Writes a snapshot with the given base model and settings and returns its folder."""

    def make(base_model: str = "model", folder: str = "snap shot", **settings: object) -> Path:
        return write_snapshot(tmp_path / folder, base_model, **settings)

    return make


@pytest.fixture
def fresh_accelerate() -> None:
    """Accelerate keeps its device and precision for the life of a process."""
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.fixture(autouse=True)
def _one_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """One thread for torch: sums in one order, and no fight over cores with other test workers."""
    if request.node.get_closest_marker("torch") is None:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
