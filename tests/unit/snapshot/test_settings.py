import json
from dataclasses import asdict

import pytest
from pydantic import BaseModel, ValidationError

from colike.errors import ConfigError
from colike.snapshot.settings import (
    TrainSettings,
    WorkerConfig,
    from_json,
    resolve_base_model,
    to_json,
)


class Config(BaseModel):
    train: TrainSettings = TrainSettings()


def write(path, **changes):
    document = {**asdict(TrainSettings()), "base_model": {"path": "model/"}, "users": 5}
    document |= changes
    path.write_text(json.dumps({key: value for key, value in document.items() if value != "gone"}))
    return path


def test_settings_come_back_from_json_as_they_were(tmp_path):
    settings = TrainSettings(objective="mnr", max_steps=7, learning_rate=1e-4)
    config = WorkerConfig(settings, "model/", users=7)
    to_json(tmp_path / "config.json", config)
    assert from_json(tmp_path / "config.json") == config


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lerning_rate": 1e-5}, "unknown key lerning_rate"),
        ({"temperature": "gone"}, "missing key temperature"),
        ({"base_model": {}}, "missing key base_model.path"),
        ({"objective": "triplet"}, "objective='triplet' is not one of cosine, softmax"),
        ({"batch_size": "32"}, "batch_size='32' is not int | None"),
        ({"batch_size": True}, "batch_size=True is not int | None"),
        ({"users": "many"}, "users='many' is not a whole number"),
        ({"drop_title": 1}, "drop_title must be from 0 to below 1, not 1"),
        ({"accumulate": 0}, "accumulate must be 1 or more, not 0"),
        (
            {"objective": "cosine", "mine_steps": 5},
            "mine_steps: objective cosine draws no hard negatives",
        ),
        ({"batch_size": 0}, "batch_size must be 1 or more, not 0"),
        ({"max_minutes": 0}, "max_minutes must be above 0, not 0"),
        ({"anchor_exponent": -0.5}, "anchor_exponent must be 0 or more, not -0.5"),
        ({"dropout": 1.0}, "dropout must be from 0 to below 1, not 1.0"),
        ({"max_steps": 2.5}, "max_steps=2.5 is not int | None"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_file(tmp_path, changes, message):
    path = write(tmp_path / "config.json", **changes)
    with pytest.raises(ConfigError, match=r"config\.json") as error:
        from_json(path)
    assert message in str(error.value)


def test_a_whole_number_may_stand_for_minutes(tmp_path):
    assert from_json(write(tmp_path / "c.json", max_minutes=40)).settings.max_minutes == 40


def test_the_typed_config_embeds_the_settings_and_refuses_typos():
    assert Config(train={"epochs": 3}).train == TrainSettings(epochs=3)
    with pytest.raises(ValidationError, match=r"train\.epoch"):
        Config(train={"epoch": 3})
    with pytest.raises(ValidationError, match="batch_size must be 1 or more"):
        Config(train={"batch_size": 0})


def test_a_base_model_is_a_folder_below_the_snapshot_or_anywhere_and_no_hub_name(tmp_path):
    (tmp_path / "model").mkdir()
    assert resolve_base_model("model/", tmp_path) == str(tmp_path / "model")
    assert resolve_base_model(str(tmp_path / "model"), tmp_path / "s") == str(tmp_path / "model")
    for name in ("sentence-transformers/x", "other/"):
        with pytest.raises(ConfigError, match="no such folder"):
            resolve_base_model(name, tmp_path)
