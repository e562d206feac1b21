from pathlib import Path

import pytest

from colike.training.output import write_output

pytestmark = pytest.mark.torch


def test_a_run_that_ends_while_saving_leaves_no_output(tmp_path):
    class Broken:
        def save(self, path, create_model_card):
            (Path(path)).mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_output(tmp_path / "out", Broken(), {}, [], {})
    assert not (tmp_path / "out").exists()
