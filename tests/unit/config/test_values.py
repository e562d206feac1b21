"""Values that load and cannot work are refused when the config is read."""

import pytest

from colike.config import load_config
from colike.errors import ConfigError

REFUSED = {
    "evaluate.ks=[]": "evaluate.ks: it is empty; name at least one",
    "recommend.histories=[]": "recommend.histories: it is empty",
    "recommend.neighbours_grid=[]": "recommend.neighbours_grid: it is empty",
    "recommend.candidates.allow=[]": "recommend.candidates.allow: it is empty",
    "evaluate.ks=[1, 1, 10]": "1 stands there twice; name each once",
    "evaluate.protocols=[gate, holdout, gate]": "gate stands there twice",
    "recommend.histories=[train, known, all, all]": "all stands there twice",
    "recommend.neighbours_grid=[3, 3]": "3 stands there twice",
    "sources.ease.keep=[50, 50]": "50 stands there twice",
    "sources.hybrid.texts=[base, base]": "base stands there twice",
    "pairs.kinds=[below, below]": "below stands there twice",
    "data.items.attributes=[Genres, Genres]": "Genres stands there twice",
    "data.items.attributes=['']": "'' says nothing; give a text",
    "data.items.columns.title=''": "data.items.columns.title: '' says nothing",
    'data.ratings.path="a\\0b"': "has a character that nobody sees; take it out",
    "data.ratings.columns.user_id=0": "0 is no number of a column; the first is 1",
    "embed.tags.columns=[Nope]": "embed.tags.columns has 'Nope', which data.items.attributes lacks",
    "embed.embedders.best={kind: sentence_transformer, model: x}": "embedders has 'best'",
    "embed.embedders.x={kind: openai}": "model is missing, which kind openai needs; add it",
    "embed.embedders.finetuned.model=x": "model means nothing where kind is finetuned",
    "embed.embedders.base.base_url=http://x": "base_url means nothing where kind is sentence_",
    "embed.embedders.base.revision=main": "'main' is no commit of the hub: give its 40 hex digits",
    f"embed.embedders.base.revision={'a' * 40}": "revision is of hub names, and a package has",
    "recommend.diversity={relevance: 0.5, embedder: nope}": "embedder is 'nope', which embed",
    "split.test_share=1": "Input should be less than 1",
    "pairs.threshold=1": "Input should be less than 1",
    "recommend.k=3000000000": "Input should be less than or equal to 2147483647",
    "sources.als.seed=-1": "Input should be greater than or equal to 0",
    "train.seed=3000000000": "seed must be 2147483647 or less",
    "train.temperature=.nan": "temperature must be a finite number, not nan",
    "sources.ease.passives=.nan": "Input should be a finite number",
    "publish.least_gain=.inf": "Input should be a finite number",
    "recommend.least_weight={jaccard: .nan}": "Input should be a finite number",
    "recommend.neighbours_per_item={jaccard: 51}": "neighbours.k = 50 is below 51, which is used",
    "similarity.minhash.matches=21": "Input should be less than or equal to 20",
    "spark.spark.x=[1]": "spark.spark.x: Input should be a valid string, not [1]",
    "spark={a: b}": "'a' is no setting of Spark; their names begin with `spark.`",
}


@pytest.mark.parametrize("override", REFUSED)
def test_a_value_that_cannot_work_is_refused_with_its_place(override):
    with pytest.raises(ConfigError) as raised:
        load_config("conf/mal2020.yml", [override])
    assert REFUSED[override] in str(raised.value)


def test_an_embedder_that_nothing_asks_for_need_not_be_there():
    sources = "recommend.sources=[popularity, jaccard]"
    without = ["embed.embedders.finetuned=null", "evaluate.baseline=popularity", sources]
    assert load_config("conf/mal2020.yml", without).sources.hybrid.texts == ["finetuned", "base"]


def test_events_have_no_highest_rating_and_load():
    events = [f"data.ratings.{key}=null" for key in ("columns.rating", "scale_min", "scale_max")]
    config = load_config("conf/mal2020.yml", events)
    assert config.known_sources.scale.highest == float("inf")
