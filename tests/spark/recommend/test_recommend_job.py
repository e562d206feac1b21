"""The job recommend on frames: what its options do, and which rows it makes again."""

import json

import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import load_config
from colike.data.history import for_deciding
from colike.errors import ConfigError
from colike.tables.state import Pin

from ...histories import seen_of

TABLE = "recommendations"
OVERRIDES = (
    "recommend.sources=[popularity,jaccard,base,profile]",
    "recommend.profile.embedder=base",
    "recommend.neighbours_grid=[2,4,8]",
)
ALL = {"popularity", "jaccard", "base", "profile"}


@pytest.fixture(scope="module")
def recommend(run_stage, frames):
    """Runs the job with settings and, by name, other frames; gives its Outputs."""

    def run(*overrides, changed=None, **more):
        config = load_config("conf/mal2020.yml", [*OVERRIDES, *overrides])
        return run_stage("recommend", config, {**frames, **(changed or {})}, **more)

    return run


@pytest.fixture(scope="module")
def lists(recommend, written):
    """Runs the job likewise; gives the rows that it writes."""
    return lambda *overrides, **more: written(recommend(*overrides, **more), TABLE).collect()


@pytest.fixture(scope="module")
def first(recommend):
    """A run that starts from nothing."""
    return recommend()


@pytest.fixture(scope="module")
def rows(first, written):
    return written(first, TABLE).collect()


def by_list(rows):
    found = {}
    for row in sorted(rows, key=lambda row: row[C.RANK]):
        found.setdefault((row[C.SOURCE], row[C.HISTORY], row[C.USER_ID]), []).append(row)
    return found


def seen_by_user(frames, *splits):
    """The ids of the items that each user has seen in some splits."""
    ids = {row[C.ITEM_IDX]: row[C.ITEM_ID] for row in frames["items"].collect()}
    return {
        row[C.USER_ID]: {ids[index] for index in seen_of(row, *splits)}
        for row in frames["user_history"].collect()
    }


def test_every_source_lists_ten_unseen_items_for_every_user_by_each_history(rows, frames):
    deciding = {row[C.USER_ID] for row in for_deciding(frames["user_history"]).collect()}
    seen = {
        "train": {
            user: items for user, items in seen_by_user(frames, "train").items() if user in deciding
        },
        "known": seen_by_user(frames, "train", "validation"),
        "all": seen_by_user(frames, "train", "validation", "test"),
    }
    found = by_list(rows)
    assert set(found) == {
        (name, history, user) for name in ALL for history in seen for user in seen[history]
    }
    for (_, history, user), listed in found.items():
        ids = [row[C.ITEM_ID] for row in listed]
        assert [row[C.RANK] for row in listed] == list(range(1, 11))
        assert len(set(ids)) == 10
        assert not set(ids) & seen[history][user]


def test_what_was_chosen_for_each_source_with_neighbours_is_told_in_figures(first):
    chosen = {name: first.figures[f"neighbours_per_item.{name}"][0] for name in ("jaccard", "base")}
    for name, size in chosen.items():
        recall = {n: first.figures[f"validation_recall.{name}.{n}"][0] for n in (2, 4, 8)}
        best = [n for n, value in recall.items() if value == max(recall.values())]
        assert size == min(best)
    assert not any("popularity" in name or "profile" in name for name in first.figures)


def test_where_nobody_has_a_validation_like_the_largest_of_the_grid_counts(lists, frames):
    nothing = F.array().cast("array<int>")
    history = frames["user_history"].withColumn(C.LIKES_VALIDATION, nothing)
    only = "recommend.sources=[jaccard]"
    made = lists(only, changed={"user_history": history})
    fixed = lists(
        only, "recommend.neighbours_per_item={jaccard: 8}", changed={"user_history": history}
    )
    assert sorted(made) == sorted(fixed)
    assert not all(row[C.FALLBACK] for row in made)


def test_only_candidates_are_recommended_by_any_source_and_other_likes_count(lists, frames):
    index = {row[C.ITEM_ID]: row[C.ITEM_IDX] for row in frames["items"].collect()}
    found = lists("recommend.candidates.where=item_idx % 2 = 0")
    assert {row[C.SOURCE] for row in found} == ALL
    assert {index[row[C.ITEM_ID]] % 2 for row in found} == {0}
    reasons = {index[reason[C.ITEM_ID]] % 2 for row in found for reason in row[C.BECAUSE]}
    assert reasons == {0, 1}


def test_neighbours_of_too_small_a_weight_do_not_count(lists):
    found = lists("recommend.sources=[jaccard]", "recommend.least_weight.jaccard=0.6")
    assert min(reason[C.PART] for row in found for reason in row[C.BECAUSE]) >= 0.6
    assert any(row[C.FALLBACK] for row in found)


def test_named_users_alone_are_published_strangers_among_them(lists, frames, tmp_path):
    (tmp_path / "named.csv").write_text("user_id\n3\n5\n987654321\n")
    file = json.dumps({"path": "named.csv"})
    found = by_list(lists("recommend.sources=[jaccard]", f"recommend.users={file}", data=tmp_path))
    published = {user for _, history, user in found if history == "all"}
    measured = {user for _, history, user in found if history == "known"}
    assert published == {3, 5, 987654321}
    assert measured == set(seen_by_user(frames, "train")), "so that figures stand for all"
    stranger = found["jaccard", "all", 987654321]
    assert len(stranger) == 10
    assert all(row[C.FALLBACK] for row in stranger)


def test_only_the_histories_of_the_config_have_lists(lists):
    only = ("recommend.histories=[known]", "publish.gate=off")
    found = lists("recommend.sources=[popularity]", *only)
    assert {row[C.HISTORY] for row in found} == {"known"}


def test_diversity_changes_the_lists(lists):
    settings = ("recommend.sources=[jaccard]", "recommend.diversity.pool=20")
    plain, diverse = (
        sorted(lists(*settings, f"recommend.diversity.relevance={share}")) for share in (1, 0.5)
    )
    assert len(plain) == len(diverse)
    assert plain != diverse


def test_diversity_by_an_embedder_without_vectors_is_an_error_with_the_remedy(recommend):
    with pytest.raises(ConfigError, match=r"has no vectors; run embed, or name another embedder"):
        recommend("recommend.diversity.relevance=0.5", "recommend.diversity.embedder=finetuned")


def test_a_source_that_has_nothing_to_score_by_has_no_lists_and_the_run_says_so(recommend, written):
    outputs = recommend(
        "recommend.sources=[popularity,profile]", "recommend.profile.embedder=finetuned"
    )
    found = written(outputs, TABLE).select(C.SOURCE).distinct().collect()
    assert [row[0] for row in found] == ["popularity"]
    assert outputs.notes == ["source profile has nothing to score by yet, and so no lists"]
    assert set(outputs.row_sets) == {"popularity"}


# Which lists are made again


def weight_of_one(frames, source):
    """The neighbours, one of a source's with another weight."""
    table = frames["item_neighbours"]
    item = table.agg(F.min(C.ITEM_ID)).collect()[0][0]
    mine = (F.col(C.SOURCE) == source) & (F.col(C.ITEM_ID) == item) & (F.col(C.RANK) == 1)
    weight = F.when(mine, F.lit(0.99)).otherwise(F.col(C.WEIGHT))
    return {"item_neighbours": table.withColumn(C.WEIGHT, weight)}


def turned_vector(frames):
    """The vectors, each turned round."""
    turned = F.transform(C.EMBEDDING, lambda value: -value)
    return {"item_embeddings": frames["item_embeddings"].withColumn(C.EMBEDDING, turned)}


def other_words(frames):
    """The items with another synopsis, which no list depends on."""
    return {"items": frames["items"].withColumn(C.SYNOPSIS, F.lit("Other words"))}


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda frames: weight_of_one(frames, "jaccard"), {"jaccard"}),
        (lambda frames: weight_of_one(frames, "base"), {"base"}),
        (turned_vector, {"profile"}),
        (other_words, set()),
    ],
)
def test_a_source_is_scored_again_when_what_it_scores_by_has_changed(
    recommend, first, frames, change, again
):
    outputs = recommend(changed=change(frames), row_sets=first.row_sets, figures=first.figures)
    assert {n for n, made_of in outputs.row_sets.items() if first.row_sets[n] != made_of} == again
    kept = sorted(ALL - again)
    assert sorted(outputs.notes) == [
        f"{name}: inputs are unchanged, its lists stay" for name in kept
    ]
    written_to = [(one.how, one.where) for one in outputs.writes]
    everyone = ("trim", {C.SOURCE: sorted(ALL)})
    if again:
        assert written_to == [("replace", {C.SOURCE: sorted(again)}), everyone]
    else:
        assert written_to == [("keep", {}), everyone]


@pytest.mark.parametrize(
    ("override", "more"),
    [
        ("recommend.k=12", {}),
        ("recommend.candidates.deny=[1000]", {}),
        ("recommend.k=10", {"pins": {"user_history": Pin("test", 1)}}),
    ],
)
def test_all_are_scored_again_with_other_settings_candidates_or_histories(
    recommend, first, override, more
):
    only = "recommend.sources=[popularity,profile]"  # without a dial, so that nothing is tried
    outputs = recommend(only, override, row_sets=first.row_sets, figures=first.figures, **more)
    assert [one.how for one in outputs.writes] == ["overwrite"]
    assert all(first.row_sets[name] != made_of for name, made_of in outputs.row_sets.items())


def test_other_named_users_make_all_lists_again(recommend, tmp_path):
    only = ("recommend.sources=[popularity]", 'recommend.users={"path": "named.csv"}')
    made_of = []
    for user in (3, 3, 5):
        (tmp_path / "named.csv").write_text(f"user_id\n{user}\n")
        made_of.append(recommend(*only, data=tmp_path).row_sets["popularity"])
    assert made_of[0] == made_of[1] != made_of[2]


def test_a_source_taken_out_of_the_config_loses_its_rows_and_the_others_keep_theirs(
    recommend, first
):
    outputs = recommend(
        "recommend.sources=[popularity,jaccard]", row_sets=first.row_sets, figures=first.figures
    )
    assert [(one.how, one.where) for one in outputs.writes] == [
        ("keep", {}),
        ("trim", {C.SOURCE: ["jaccard", "popularity"]}),
    ]
    assert set(outputs.row_sets) == {"popularity", "jaccard"}


def test_an_added_source_is_scored_alone(recommend, first, written, rows):
    before = {name: made_of for name, made_of in first.row_sets.items() if name != "base"}
    outputs = recommend(row_sets=before, figures=first.figures)
    replaced, _ = outputs.writes
    assert (replaced.how, replaced.where) == ("replace", {C.SOURCE: ["base"]})
    assert sorted(written(outputs, TABLE).collect()) == sorted(
        row for row in rows if row[C.SOURCE] == "base"
    )


def test_the_figures_of_a_source_that_keeps_its_rows_stay(recommend, first, frames):
    changed = weight_of_one(frames, "base")
    outputs = recommend(changed=changed, row_sets=first.row_sets, figures=first.figures)
    mine = {name for name in first.figures if ".jaccard" in name}
    assert len(mine) == 1 + 3
    assert {name: outputs.figures[name] for name in mine} == {n: first.figures[n] for n in mine}
    assert set(outputs.figures) == set(first.figures)
