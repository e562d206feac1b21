import numpy as np
import pytest

from colike import columns as C
from colike.config.recommend import CandidatesConfig
from colike.errors import ConfigError
from colike.recommend.candidates import candidates, unmatched

ROWS = [
    (10, 0, "One", {"Type": "TV"}),
    (20, 1, "Two", {"Type": "Movie"}),
    (30, 2, "Three", {}),
    (40, 3, "Four", {"Type": "TV"}),
]
IDS = np.array([row[0] for row in ROWS])


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
    assert candidates(items, settings, IDS).tolist() == expected


@pytest.mark.parametrize(
    "settings", [asked("title = 'Five'"), asked(allow=[99]), asked(deny=[10, 20, 30, 40])]
)
def test_a_filter_that_leaves_nothing_is_an_error_with_a_remedy(items, settings):
    with pytest.raises(ConfigError, match=r"leaves none of the 4 items; .* Loosen `where`"):
        candidates(items, settings, IDS)


def test_ids_that_no_item_has_are_told_and_those_that_cannot_be_any_refused():
    assert unmatched(asked(allow=[10, "020"], deny=[30]), IDS) == []
    assert unmatched(asked(allow=[10], deny=["99", 30, 98]), IDS) == [
        "recommend.candidates.deny: 2 of 3 ids are of no item, such as '99'"
    ]
    with pytest.raises(ConfigError, match="deny has 'B00X', which is no item id: ids are bigint"):
        unmatched(asked(deny=["B00X"]), IDS)
    texts = np.array(["0425176401", "042517646X"], object)
    assert unmatched(asked(deny=["0425176401"]), texts) == []
    assert unmatched(asked(deny=["425176401"]), texts)


@pytest.mark.parametrize("where", ["genre = 'Drama'", "title =", "sum(item_idx) > 3"])
def test_what_is_no_sql_on_items_is_an_error_that_names_the_columns(items, where):
    with pytest.raises(ConfigError, match=r"candidates.where is not SQL on table items"):
        candidates(items, asked(where), IDS)


@pytest.mark.parametrize("where", ["1 / (item_idx - 1) > 0", "cast(title AS int) = 1"])
def test_a_condition_that_fails_on_an_item_is_an_error_that_says_why(items, where):
    with pytest.raises(ConfigError, match=r"where fails on some item: \[[A-Z_]+\] .*Mend the"):
        candidates(items, asked(where), IDS)


def test_what_is_no_condition_is_an_error(items):
    with pytest.raises(ConfigError, match="is a string, not a condition: title"):
        candidates(items, asked(C.TITLE), IDS)
