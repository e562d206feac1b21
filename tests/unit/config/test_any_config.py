"""Any file and any `--set` is a config that works out, or an error of one sentence."""

import json
from importlib import resources

import yaml
from hypothesis import given
from hypothesis import strategies as st

from colike.config import load_config
from colike.config.saved import saved_config

from ..cases import FUZZED, one_sentence


def packaged(name):
    return yaml.safe_load(resources.files("colike.conf").joinpath(name).read_text("utf-8"))


def paths_of(tree, at=()):
    """The path of each value, sections included."""
    for key, value in tree.items():
        yield (*at, key)
        if isinstance(value, dict):
            yield from paths_of(value, (*at, key))


WHOLE = {**packaged("base.yml"), **packaged("mal2020.yml")}
# Keys that no packaged config sets.
MORE = [
    ("data", "ratings", "columns", "time"), ("data", "ratings", "unrated"),
    ("data", "ratings", "duplicates"), ("data", "ratings", "encoding"),
    ("data", "ratings", "separator"), ("data", "ratings", "quote"), ("data", "ratings", "escape"),
    ("data", "ratings", "header"), ("data", "ratings", "multiline"),
    ("embed", "embedders", "jaccard"), ("embed", "embedders", "base", "revision"),
    ("embed", "embedders", "base", "base_url"), ("train", "batch_size"), ("train", "temperature"),
    ("train", "seed"), ("train", "objective"), ("spark", "spark.my.password"), ("no", "such"),
]  # fmt: skip
PATHS = [*paths_of(WHOLE), *MORE]
WORDS = [
    "", " ", "x", "base", "jaccard", "best", "all", "holdout", "auto", "null", "tiled", "openai",
    "\0", "\x1b[31m", "é" * 50, "x' OR '1'='1", "../../evil", "2001-01-01", "\ud800", "a\nb",
    "package:x", "https://u:p@h/?token=1", "{{ title", "a" * 3000, "utf-16", "idna", "undefined",
]  # fmt: skip
NUMBERS = [0, 1, -1, 2, 9, 10, 11, 0.5, 1.5, 1e308, -1e308, 2**31, 2**63, 10**39, 10**60]
PLAIN = st.one_of(
    st.none(), st.booleans(), st.sampled_from(WORDS), st.sampled_from(NUMBERS), st.floats(),
    st.integers(), st.text(max_size=8),
)  # fmt: skip
VALUES = st.recursive(
    PLAIN,
    lambda below: (
        st.lists(below, max_size=4)
        | st.lists(below, min_size=1, max_size=1).map(lambda one: one * 2)
        | st.dictionaries(st.sampled_from([*WORDS, "kind", "model", "path", "column"]), below)
    ),
    max_leaves=6,
)
# What YAML is made of, and what it is not.
PIECES = st.sampled_from([
    "a", "b: ", ": ", "\n", "  ", "- ", "[", "]", "{", "}", "&a ", "*a", "!!int ", "!!str ", "! ",
    "!!python/name:os.system ", "!!timestamp ", "!!binary ", "!!set ", "'", '"', "|\n", ">-\n",
    "? ", "<<: ", "%YAML 1.1\n", "---\n", "...\n", "#", ",", "1", ".nan", "-.inf", "9" * 50, "\t",
    "é", "\x85", "\ufeff", "\0", "\ud800", "name: ", "data: ", "spark: ", "likes: ", "@", "`", "~",
    "[" * 400, "]" * 400, "{a: " * 40, "- " * 40, "&a [*a, *a]",
])  # fmt: skip
TEXTS = st.lists(PIECES, max_size=30).map("".join)
BOMBS = st.integers(1, 40).map(
    lambda levels: (
        "a0: &a0 {b: 1}\n"
        + "".join(f"a{n}: &a{n} {{l: *a{n - 1}, r: *a{n - 1}}}\n" for n in range(1, levels))
    )
)


@st.composite
def mutated(draw):
    """A config that works, with some of its values replaced or left out."""
    tree = json.loads(json.dumps(WHOLE))
    for path in draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=3)):
        below = tree
        for key in path[:-1]:
            below = below.setdefault(key, {}) if isinstance(below, dict) else None
        if isinstance(below, dict):
            if draw(st.integers(0, 9)):
                below[path[-1]] = draw(VALUES)
            else:
                below.pop(path[-1], None)
    return json.dumps(tree, ensure_ascii=draw(st.booleans()))


OVERRIDES = st.lists(
    st.builds(
        lambda path, sign, value: f"{'.'.join(path)}{sign}{value}",
        st.sampled_from(PATHS) | st.lists(st.sampled_from(WORDS), max_size=40),
        st.sampled_from(["=", "=", "=", "", "=="]),
        VALUES.map(json.dumps) | TEXTS,
    ),
    max_size=2,
)
FILES = st.one_of(
    mutated().map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.just(json.dumps(WHOLE).encode()),
    (TEXTS | BOMBS).map(lambda text: text.encode("utf-8", "surrogatepass")),
    TEXTS.map(lambda text: text.encode("utf-16", "surrogatepass")),
    st.binary(max_size=200),
)


@FUZZED
@given(FILES, OVERRIDES)
def test_any_bytes_and_overrides_are_a_config_or_one_sentence(tmp_path_factory, content, overrides):
    path = tmp_path_factory.getbasetemp() / "any.yml"
    path.write_bytes(content)
    with one_sentence([]):
        config = load_config(path, overrides)
        kept = config.as_json()
        assert saved_config(kept, "files").as_json() == kept
