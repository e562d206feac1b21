import json
import re
from importlib import resources

import pytest
import yaml

from colike.config import Config, config_hash, load_config
from colike.errors import ConfigError

PACKAGED = sorted(
    file.name
    for file in resources.files("colike.conf").iterdir()
    if file.name.endswith(".yml") and file.name != "base.yml"
)
# What would leave a folder, end a quoted text, or say nothing.
NO_NAMES = ["x' OR '1'='1", "../../../../evil", "", "a" * 81, ".hidden", "a/b", "two words"]


def mal_tree():
    text = resources.files("colike.conf").joinpath("mal2020.yml").read_text("utf-8")
    return yaml.safe_load(text)


@pytest.fixture
def written(tmp_path):
    """Writes a tree as the YAML file of a data set."""

    def write(tree):
        path = tmp_path / "mine.yml"
        path.write_text(yaml.safe_dump(tree, allow_unicode=True), "utf-8")
        return path

    return write


def message(path, *overrides):
    with pytest.raises(ConfigError) as raised:
        load_config(path, overrides)
    text = str(raised.value)
    assert "\n" not in text, "one sentence, on one line"
    return text


def test_a_data_sets_file_lies_over_base_and_set_lies_over_both(written):
    path = written({**mal_tree(), "recommend": {"k": 20}})

    from_file = load_config(path)
    overridden = load_config(path, ["recommend.k=30"])

    assert load_config("conf/mal2020.yml").recommend.k == 10
    assert from_file.recommend.k == 20
    assert overridden.recommend.k == 30
    assert from_file.recommend.aggregate == "sum", "the section's other keys are still base's"


def test_of_two_overrides_of_one_key_the_last_wins():
    assert load_config("conf/mal2020.yml", ["recommend.k=20", "recommend.k=30"]).recommend.k == 30


def test_null_takes_a_mapping_of_a_lower_layer_out(written):
    path = written({**mal_tree(), "embed": {"embedders": {"finetuned": None}}})

    assert set(load_config(path).embed.embedders) == {"base"}
    assert set(load_config("conf/mal2020.yml").embed.embedders) == {"base", "finetuned"}


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path):
    path = tmp_path / "twice.yml"
    path.write_text("pairs:\n  threshold: 0.1\n  threshold: 0.2\n", "utf-8")

    text = message(path)

    assert "`threshold` stands twice" in text
    assert "line 3" in text


@pytest.mark.parametrize(
    ("override", "section", "key", "value"),
    [
        ("recommend.neighbours_grid=[1, 2]", "recommend", "neighbours_grid", [1, 2]),
        ("split.validation_users=null", "split", "validation_users", None),
        ('descriptions.template="{{ title }}=x"', "descriptions", "template", "{{ title }}=x"),
        ("recommend.neighbours_per_item.a=3", "recommend", "neighbours_per_item", {"a": 3}),
    ],
)
def test_an_overrides_value_is_yaml_up_to_the_end_of_the_text(override, section, key, value):
    assert getattr(getattr(load_config("conf/mal2020.yml", [override]), section), key) == value


def test_an_unknown_key_names_file_path_near_match_and_allowed_keys(written):
    path = written({**mal_tree(), "recommend": {"agregate": "max"}})
    text = message(path)
    assert str(path) in text
    assert "recommend.agregate" in text
    assert "did you mean 'aggregate'?" in text
    assert (
        "histories, k, least_weight, neighbours_grid, neighbours_per_item, profile, sources" in text
    )


def test_an_unknown_section_lists_the_sections(written):
    text = message(written({**mal_tree(), "recomend": {"k": 3}}))
    assert "recomend: unknown key" in text
    assert "did you mean 'recommend'?" in text
    assert "similarity, sources, spark, split, tracking, train" in text


@pytest.mark.parametrize("name", ["spark.driver.memory", "spark.spark.driver.memory"])
@pytest.mark.parametrize("value", ["8g", "4", "1e5", "true", "-Dx=y -Dz", "'4'"])
def test_an_override_of_a_setting_of_spark_is_the_text_as_it_was_typed(name, value):
    config = load_config("conf/mal2020.yml", [f"{name}={value}"])
    assert config.spark["spark.driver.memory"] == value.strip("'")
    assert config.spark["spark.sql.shuffle.partitions"] == "8", "the others stay"


def test_an_unknown_key_of_an_override_names_the_override():
    text = message("conf/mal2020.yml", "split.sallt=x")
    assert text.startswith("--set split.sallt=x: split.sallt: unknown key")
    assert "did you mean 'salt'?" in text


@pytest.mark.parametrize(
    ("override", "near"),
    [
        ("train.learning_rat=1", "learning_rate"),
        ("embed.embedders.base.modle=x", "model"),
        ("data.ratings.columns.user=x", "user_id"),
    ],
)
def test_near_matches_are_found_in_nested_and_free_sections(override, near):
    assert f"did you mean '{near}'?" in message("conf/mal2020.yml", override)


def test_a_missing_key_names_file_and_path(written):
    tree = mal_tree()
    del tree["data"]["ratings"]["scale_max"]
    path = written(tree)
    text = message(path)
    assert str(path) in text
    assert "data.ratings: scale_max is missing; add it" in text


@pytest.mark.parametrize(
    "override",
    [
        "recommend.k=ten",
        "recommend.k=0",
        "recommend.k=2.5",
        "split.test_share=1.5",
        "recommend.aggregate=mean",
        "data.user_id_type=int",
        "recommend.sources=popularity",
        "maintain.vacuum_hours=1",
        "train.batch_size=many",
    ],
)
def test_a_wrong_type_or_range_names_the_override_and_what_was_given(override):
    key, value = override.split("=")
    text = message("conf/mal2020.yml", override)
    assert text.startswith(f"--set {override}: {key}: ")
    assert value in text.removeprefix(f"--set {override}")


def test_an_attribute_made_from_test_ratings_is_refused():
    text = message("conf/mal2020.yml", "data.items.attributes=[Genres, Score, Members]")
    assert "data.items" in text
    assert "['Members', 'Score']" in text


@pytest.mark.parametrize("leak", ["Score", "Ranked", "Popularity", "Members", "Favorites"])
def test_the_packaged_mal_config_knows_its_leaking_columns(leak):
    config = load_config("conf/mal2020.yml")
    assert leak in config.data.items.leaking
    assert not set(config.data.items.attributes) & set(config.data.items.leaking)


@pytest.mark.parametrize("name", PACKAGED)
def test_every_packaged_config_loads_from_anywhere_and_by_no_other_path(
    name, tmp_path, monkeypatch
):
    here = load_config(f"conf/{name}")
    monkeypatch.chdir(tmp_path)
    assert load_config(f"conf/{name}") == here
    assert isinstance(here, Config)
    for path in (name, f"no/such/folder/{name}", f"{tmp_path}/conf/{name}", f"my/conf/{name}"):
        says = f"Config file {path} does not exist; .* colike carries: conf/demo.yml, conf/mal2020"
        assert re.search(says, message(path))


def test_a_file_that_is_there_goes_before_a_packaged_one_of_its_name(tmp_path, monkeypatch):
    tree = {**mal_tree(), "name": "my-own"}
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "mal2020.yml").write_text(yaml.safe_dump(tree), "utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_config("conf/mal2020.yml").name == "my-own"


def test_a_file_of_another_encoding_is_one_sentence(tmp_path):
    (tmp_path / "old.yml").write_bytes("name: Léon".encode("latin-1"))
    assert "old.yml is not UTF-8 (byte 7); save it as UTF-8." in message(tmp_path / "old.yml")


def test_ids_in_yaml_stay_as_they_are_written():
    deny = "recommend.candidates.deny=[0425176401, 12:30, NO, 2001-01-01, 1_0, 0x10, 7, 'a b']"
    denied = load_config("conf/mal2020.yml", [deny]).recommend.candidates.deny
    assert denied == ["0425176401", "12:30", "NO", "2001-01-01", "1_0", "0x10", "7", "a b"]
    text = message("conf/mal2020.yml", "recommend.candidates.deny=[1.0]")
    assert "1.0 may not be the id as it was written; put ids in quotes" in text


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "bom.yml"
    path.write_text("\ufeff" + yaml.safe_dump(mal_tree()), "utf-8")
    assert load_config(path).name == "mal2020"


def test_a_file_that_is_not_there_is_named():
    assert "nowhere.yml does not exist" in message("nowhere.yml")


@pytest.mark.parametrize("text", ["a: [1", "- a list", "just words", ""])
def test_a_file_that_is_no_yaml_mapping_is_named(tmp_path, text):
    path = tmp_path / "broken.yml"
    path.write_text(text, "utf-8")
    assert str(path) in message(path)


@pytest.mark.parametrize("override", ["recommend.k", "=3", "recommend.k=[1"])
def test_an_override_that_cannot_be_read_is_quoted(override):
    assert message("conf/mal2020.yml", override).startswith(f"--set {override}: ")


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (["pairs.base_embedder=mpnet"], "embed.embedders lacks"),
        (["evaluate.ks=[1, 20]"], "deeper than recommend.k = 10"),
        (["recommend.neighbours_grid=[60]"], "neighbours.k = 50 is below 60"),
        (["data.ratings.scale_max=5"], "likes.at_least = 9 cannot tell likes: the scale"),
        (["data.ratings.scale_min=9"], "likes.at_least = 9 cannot tell likes: the scale"),
        (["data.ratings.scale_min=11"], "scale_min = 11 is not below scale_max = 10"),
        (["data.ratings.scale_min=10"], "scale_min = 10 is not below scale_max = 10"),
        (["likes.at_least=11"], "likes.at_least = 11 cannot tell likes: the scale"),
        (["likes.detractor_at_most=9"], "detractor_at_most = 9 is not below likes.at_least = 9"),
        (["likes.detractor_at_most=0"], "detractor_at_most = 0 is nobody's rating"),
        (["evaluate.baseline=jakard"], "evaluate.baseline is 'jakard', which is no source"),
        (["publish.champion=bset"], "publish.champion is 'bset', which is no source"),
        (["publish.k=7"], "publish.k = 7 is not among evaluate.ks"),
        (["recommend.sources=[]"], "sources is empty"),
        (["recommend.sources=[jaccard, popularity, jaccard]"], "sources has jaccard twice"),
        (["data.ratings.duplicates=latest"], "duplicates: latest needs columns.time"),
        (["data.ratings.columns.rating=null"], "there is no scale_min or scale_max"),
        (["data.ratings.columns.user_id=1"], "columns.user_id is 1; it has to be a name"),
        (["data.ratings.header=false"], "columns.user_id is 'user_id'; it has to be its number"),
        (["data.items.separator='\"'"], "it has the quote or the escape"),
        (["data.items.encoding=latin-77"], "'latin-77' is no encoding that Python knows"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(overrides, says):
    assert says in message("conf/mal2020.yml", *overrides)


@pytest.mark.parametrize("name", NO_NAMES)
def test_names_of_data_sets_and_embedders_follow_the_pattern_of_names(written, name):
    path = written({**mal_tree(), "name": name})
    assert message(path).startswith(f"{path}: name: {name!r} is not a name: use at most 80 letters")
    path = written({**mal_tree(), "embed": {"embedders": {name: {"kind": "finetuned"}}}})
    says = f"{path}: embed.embedders.{name}: {name!r} is not a name: use at most 80 letters"
    assert message(path).startswith(says)
    assert message("conf/mal2020.yml", f"name={json.dumps(name)}").startswith("--set name=")


def test_a_name_of_80_letters_digits_dots_hyphens_and_underscores_is_taken(written):
    name = ("1a.b-C_" * 12)[:80]
    embedders = {name: {"kind": "finetuned"}, "finetuned": None}
    config = load_config(written({**mal_tree(), "name": name, "embed": {"embedders": embedders}}))
    assert config.name == name
    assert name in config.embed.embedders


def test_a_config_cannot_be_changed_after_loading():
    config = load_config("conf/mal2020.yml")
    with pytest.raises(ValueError, match="frozen"):
        config.recommend.k = 3


def test_the_hash_of_a_config_ignores_order_of_keys_and_sees_every_value():
    assert config_hash({"a": 1, "b": [1, 2]}) == config_hash({"b": [1, 2], "a": 1})
    assert config_hash({"a": 1, "b": [1, 2]}) != config_hash({"a": 1, "b": [2, 1]})
    one, other = (
        load_config("conf/mal2020.yml"),
        load_config("conf/mal2020.yml", ["split.salt=other"]),
    )
    assert config_hash(one.model_dump(mode="json")) != config_hash(other.model_dump(mode="json"))
