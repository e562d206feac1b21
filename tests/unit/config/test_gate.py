"""A gate without what it decides by is refused when the config is read."""

import pytest

from colike.config import load_config
from colike.errors import ConfigError

CONFIG = "conf/mal2020.yml"
# What takes from the gate something that it decides by, and what the sentence says of it.
LACKING = [
    (
        "evaluate.protocols=[holdout, book]",
        "'gate', which evaluate.protocols = ['holdout', 'book']",
    ),
    ("evaluate.protocols=[gate]", "'holdout', which evaluate.protocols = ['gate']"),
    ("recommend.histories=[known, all]", "'train', which recommend.histories = ['known', 'all']"),
    ("recommend.histories=[train, all]", "'known', which recommend.histories = ['train', 'all']"),
    ("split.validation_share=0", "validation ratings, of which split.validation_share = 0"),
    ("split.validation_users=0", "validation ratings, of which split.validation_users = 0"),
]
each_lack = pytest.mark.parametrize(("override", "says"), LACKING)


@pytest.mark.parametrize("gate", ["on", "dry_run"])
@each_lack
def test_a_gate_that_could_decide_by_nothing_is_refused_with_the_remedy(override, says, gate):
    with pytest.raises(ConfigError) as raised:
        load_config(CONFIG, [override, f"publish.gate={gate}"])
    text = str(raised.value)
    assert f"publish.gate is {gate!r} and decides " in text
    assert says in text
    assert text.endswith("or set publish.gate to off.")
    assert "\n" not in text


@each_lack
def test_without_a_gate_or_with_a_named_champion_nothing_is_missing(override, says):
    for other in ("publish.gate=off", "publish.champion=jaccard"):
        assert load_config(CONFIG, [override, other]).publish.gate
