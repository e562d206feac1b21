"""What null does in a layer of a config."""

import pytest

from colike.config import load_config


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("data.synopses=null", lambda config: config.data.synopses),
        ("embed.tags=null", lambda config: config.embed.tags),
    ],
)
def test_null_takes_the_place_of_an_optional_section(override, value):
    assert value(load_config("conf/mal2020.yml")) is not None
    assert value(load_config("conf/mal2020.yml", [override])) is None


def test_null_takes_an_embedder_out():
    config = load_config("conf/mal2020.yml", ["embed.embedders.finetuned=null"])
    assert set(config.embed.embedders) == {"base"}
