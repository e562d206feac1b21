"""What stages refuse before any of them runs, and before Spark starts."""

import pytest

from colike.config import load_config
from colike.errors import ConfigError
from colike.run.chain import JOBS, stages

REFUSED = {
    "descriptions.template='{{'": "descriptions.template, line 1: ",
    "descriptions.template='{{ titel }}'": "descriptions.template uses titel, which items do not",
    "descriptions.template='{{ 5 | round(-10**9) }}'": "descriptions.template cannot be read: it ",
    "recommend.sources=[popularity, nope]": "There is no source 'nope'; the sources are ",
    "recommend.least_weight={nope: 1}": "There is no source 'nope'",
    "recommend.neighbours_per_item={nope: 1}": "There is no source 'nope'",
    "sources.hybrid.texts=[nope]": "sources.hybrid.texts is nope, which embed.embedders lacks; it",
    "embed.embedders.jaccard={kind: sentence_transformer, model: x}": (
        "embed.embedders has 'jaccard', which is a source of its own; give the embedder another"
    ),
}


def check_all(config):
    for stage in stages(JOBS):
        stage.check(stage.settings(config))


@pytest.mark.parametrize("override", REFUSED)
def test_settings_that_no_stage_can_work_with_are_refused_before_any_runs(override):
    config = load_config("conf/mal2020.yml", [override])
    with pytest.raises(ConfigError) as raised:
        check_all(config)
    assert REFUSED[override] in str(raised.value)


def test_the_packaged_configs_pass():
    for name in ("mal2020", "demo"):
        config = load_config(f"conf/{name}.yml")
        check_all(config)
