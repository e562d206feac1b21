import pytest

from colike import columns as C
from colike.config.recommend import CandidatesConfig
from colike.errors import ConfigError
from colike.recommend.candidates import candidates

ROWS = [
    (10, 0, "One", {"Type": "TV"}),
    (20, 1, "Two", {"Type": "Movie"}),
    (30, 2, "Three", {}),
    (40, 3, "Four", {"Type": "TV"}),
]


@pytest.fixture(scope="module")
def items(spark):
    schema = "item_id bigint, item_idx int, title string, attributes map<string, string>"
    return spark.createDataFrame(ROWS, schema).repartition(3)


def asked(where=None, allow=None, deny=()):
    return CandidatesConfig(where=where, allow=allow, deny=list(deny))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (asked(), [True, True, True, True]),
        (asked("attributes['Type'] = 'TV'"), [True, False, False, True]),
        (asked("attributes['Type'] <> 'TV'"), [False, True, False, False]),  # null is no yes
        (asked("length(title) > 3"), [False, False, True, True]),
        (asked(allow=[20, "30"]), [False, True, True, False]),
        (asked(deny=[10]), [False, True, True, True]),
        (asked("attributes['Type'] = 'TV'", deny=["40"]), [True, False, False, False]),
        (asked(allow=[10, 40], deny=[10]), [False, False, False, True]),
    ],
)
def test_a_condition_and_lists_say_which_items_may_be_recommended(items, settings, expected):
    assert candidates(items, settings).tolist() == expected


@pytest.mark.parametrize(
    "settings", [asked("title = 'Five'"), asked(allow=[]), asked(deny=[10, 20, 30, 40])]
)
def test_a_filter_that_leaves_nothing_is_an_error_with_a_remedy(items, settings):
    with pytest.raises(ConfigError, match=r"leaves none of the 4 items; .* Loosen `where`"):
        candidates(items, settings)


@pytest.mark.parametrize("where", ["genre = 'Drama'", "title =", "sum(item_idx) > 3"])
def test_what_is_no_sql_on_items_is_an_error_that_names_the_columns(items, where):
    with pytest.raises(ConfigError, match=r"candidates.where is not SQL on table items"):
        candidates(items, asked(where))


def test_what_is_no_condition_is_an_error(items):
    with pytest.raises(ConfigError, match="is a string, not a condition: title"):
        candidates(items, asked(C.TITLE))
