import os
import time

from colike.launch.folders import TrainingNames, remove_old
from colike.tables.files import DiskFiles

HOURS = 100.0


def training_of(files, training_id, age_hours):
    """A training whose folders were last written so many hours ago."""
    training = TrainingNames.of("finetuned", training_id).below(files)
    checkpoints = training.out.with_name(f".{training.out.name}.checkpoints")
    for folder in (training.snapshot, training.out, checkpoints):
        folder.mkdir(parents=True)
        (folder / "file").write_text(training_id)
        when = time.time() - age_hours * 3600
        os.utime(folder, (when, when))
    return training


def test_old_trainings_go_with_their_snapshots_and_checkpoints(tmp_path):
    old, young = training_of(tmp_path, "aaaa", 101), training_of(tmp_path, "bbbb", 99)
    kept = training_of(tmp_path, "cccc", 1000)
    removed = remove_old(DiskFiles(tmp_path), ["models/finetuned-cccc"], HOURS)
    assert len(removed) == 3
    assert not any("aaaa" in path.name for path in tmp_path.rglob("*"))
    for training in (young, kept):
        assert len([p for p in tmp_path.glob("*/*") if training.snapshot.name in p.name]) == 3
    assert not old.snapshot.exists()


def test_a_store_that_never_trained_has_nothing_to_remove(tmp_path):
    assert remove_old(DiskFiles(tmp_path / "files"), [], HOURS) == []


def test_other_files_of_the_store_stay(tmp_path):
    report = tmp_path / "reports" / "old.html"
    report.parent.mkdir()
    report.write_text("")
    os.utime(report, (0, 0))
    remove_old(DiskFiles(tmp_path), [], HOURS)
    assert report.exists()
