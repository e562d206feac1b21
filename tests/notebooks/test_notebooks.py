"""Every notebook runs from its first cell to its last, reads only, and shows what tables have."""

import ast
import re
from collections import Counter

import numpy as np
import pytest

from colike.queries.samples import samples
from colike.tables import contracts
from colike.tables.view_files import views

from .execution import FOLDER, Cell, cells_of, code_cells, execute
from .story import GATE, METRICS, PAIRS, RUN, TRAINED

NAMES = ("leaderboard", "questions", "quick_look", "training")


@pytest.fixture(scope="module", autouse=True)
def _no_views_left(spark):
    yield
    for name in (*contracts(), *views()):
        spark.catalog.dropTempView(name)


@pytest.fixture(scope="module")
def whole(whole_store):
    return {name: execute(name, whole_store) for name in NAMES}


@pytest.fixture(scope="module")
def bare(bare_store):
    return {name: execute(name, bare_store) for name in NAMES}


def test_there_are_four_notebooks():
    assert sorted(path.stem for path in FOLDER.glob("*.py")) == [*NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_begins_with_its_question_what_it_reads_and_how_it_runs(name):
    first = cells_of(name)[0]
    assert re.search(r"\*\*[A-Z][^*]+\?\*\*", first)
    for told in ("reads", "writes nothing", "On Databricks", f"python notebooks/{name}.py"):
        assert told in first


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_needs_no_command_line(name):
    nodes = list(ast.walk(ast.parse("\n".join(code_cells(name)))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules = plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    assert "colike.queries.notebook" in modules
    assert not [module for module in modules if module.startswith("colike.cli")]


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_shows_something_and_every_frame_has_rows(whole, name):
    opening, *cells = whole[name].cells
    assert opening == Cell([], [], [])
    for cell in cells:
        assert cell.frames or cell.charts
        assert all(cell.frames)
        assert set(cell.lines) <= {sample.question for sample in samples().values()}


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_without_rows_says_why_in_a_sentence(bare, name):
    _, *cells = bare[name].cells
    for cell in cells:
        assert cell.frames or cell.lines
        assert all(cell.frames)
        assert not cell.charts
        assert all(re.fullmatch(r"[A-Z].*[.?]", line) for line in cell.lines)


def test_a_store_without_a_model_has_a_notebook_that_says_what_to_run(bare):
    said = Counter(line for cell in bare["training"].cells for line in cell.lines)
    assert said["No embedder has been trained in this store: run jobs pairs and train."] == 4
    assert not [cell for cell in bare["training"].cells if cell.frames]


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_writes(whole, bare, name):
    assert whole[name].changed == set()
    assert bare[name].changed == set()


def test_each_sample_question_is_asked_once_and_answered(whole):
    cells = whole["questions"].cells
    asked = [line for cell in cells for line in cell.lines]
    assert sorted(asked) == sorted(sample.question for sample in samples().values())
    assert sum(len(cell.frames) for cell in cells) == len(asked)


def test_the_quick_look_counts_every_table(whole, whole_store):
    counts = {row["table_name"]: row["rows"] for row in whole["quick_look"].showing("grain")}
    there = whole_store.existing()
    assert counts == {
        table: whole_store.read(table).count() if table in there else 0 for table in contracts()
    }


def listed(store, user):
    rows = store.read("published_recommendations").where(f"run_id = '{RUN}' AND user_id = {user}")
    titles = {row.item_id: row.title for row in store.read("items").collect()}
    return [(user, row.rank, titles[row.item_id]) for row in rows.orderBy("rank").collect()]


def shown_list(execution):
    rows = execution.showing("support")
    return [(row["user_id"], row["rank"], row["title"]) for row in rows]


def test_the_quick_look_shows_the_list_of_the_user_with_most_ratings(whole, whole_store):
    ratings = Counter(row.user_id for row in whole_store.read("ratings").collect())
    user = min(ratings, key=lambda user: (-ratings[user], user))
    assert shown_list(whole["quick_look"]) == listed(whole_store, user)


def test_the_quick_look_shows_the_list_of_the_user_that_is_asked_for(whole_store):
    user = whole_store.read("published_recommendations").agg({"user_id": "max"}).first()[0]
    execution = execute("quick_look", whole_store, user=str(user))
    assert shown_list(execution) == listed(whole_store, user)


def test_the_quick_look_shows_what_goes_with_the_most_liked_title(whole, whole_store):
    pairs = whole_store.read("item_similarity").collect()
    both = [
        (likes, item, other, pair.jaccard)
        for pair in pairs
        for likes, item, other in (
            (pair.likes_a, pair.item_a, pair.item_b),
            (pair.likes_b, pair.item_b, pair.item_a),
        )
    ]
    titles = {row.item_id: row.title for row in whole_store.read("items").collect()}
    most = max(likes for likes, *_ in both)
    favourites = {item for likes, item, *_ in both if likes == most}
    rows = whole["quick_look"].showing("other_title")
    wanted = [
        [
            (titles[item], titles[other], round(jaccard, 3))
            for _, item, other, jaccard in sorted(both, key=lambda pair: (-pair[3], pair[2]))
            if item == favourite
        ][:10]
        for favourite in favourites
    ]
    assert [(row["title"], row["other_title"], row["jaccard"]) for row in rows] in wanted


def test_training_counts_its_pairs(whole):
    rows = whole["training"].showing("split")
    assert {(row["label"], row["kind"], row["split"]): row["pairs"] for row in rows} == Counter(
        pair[:3] for pair in PAIRS
    )
    assert (rows[0]["jaccard"], rows[0]["base_cosine"]) == (0.375, 0.5)


def test_training_shows_the_model_with_its_settings(whole):
    (model,) = whole["training"].showing("objective")
    assert (model["name"], model["objective"]) == ("finetuned", "graded")
    assert (model["base_auc"], model["auc"]) == (0.75, 0.875)
    settings = {row["setting"]: row["value"] for row in whole["training"].showing("setting")}
    assert settings["max_steps"] == "9"
    assert settings.keys() == {"max_steps", "learning_rate", "freeze_layers"}


def test_training_draws_the_loss(whole):
    (chart,) = [chart for cell in whole["training"].cells for chart in cell.charts]
    assert '"x":[1,9]' in chart
    assert '"y":[2.5,1.5]' in chart


def test_training_has_pair_metrics_beside_those_of_the_base(whole):
    rows = {
        (row["metric"], row["negatives"]): (row["base"], row["finetuned"])
        for row in whole["training"].showing("negatives")
    }
    base, tuned = METRICS["base"], METRICS["finetuned"]
    assert rows == {
        ("auc", "all"): (base["auc"], tuned["auc"]),
        ("f1", "all"): (base["f1"], tuned["f1"]),
        ("auc", "hard"): (base["auc_by_kind"]["hard"], tuned["auc_by_kind"]["hard"]),
    }


def test_training_shows_the_nearest_titles_by_each_embedder(whole, whole_store):
    titles = {row.item_id: row.title for row in whole_store.read("items").collect()}
    embedded = whole_store.read("item_embeddings").collect()
    nearest = {}
    for source in METRICS:
        mine = [row for row in embedded if row.source == source]
        vectors = np.array([row.embedding for row in mine])
        for row, cosines in zip(mine, vectors @ vectors.T, strict=True):
            best = [place for place in np.argsort(-cosines) if mine[place].item_id != row.item_id]
            nearest[titles[row.item_id], source] = [
                f"{titles[mine[place].item_id]} ({cosines[place]:.3f})" for place in best[:5]
            ]
    rows = [row for cell in whole["training"].cells for rows in cell.frames for row in rows]
    rows = [row for row in rows if "rank" in row]
    assert len(rows) == 3 * 5
    for row in rows:
        for source in METRICS:
            assert row[source] == nearest[row.title, source][row["rank"] - 1]


def test_training_has_what_the_last_one_cost(whole):
    rows = whole["training"].showing("unit")
    assert {row["name"]: row["value"] for row in rows} == TRAINED


def test_the_leaderboard_is_that_of_the_champions_run(whole, whole_store):
    where = f"run_id = '{RUN}' AND metric = 'recall' AND k = 10 AND protocol = 'holdout'"
    table = whole_store.read("evaluation").where(f"{where} AND segment = 'all' AND versus IS NULL")
    rows = whole["leaderboard"].showing("recall_low")
    assert {row["source"]: (row["recall"], row["recall_low"], row["users"]) for row in rows} == {
        row.source: (round(row.value, 4), round(row.ci_low, 4), row.n) for row in table.collect()
    }
    assert [row["anchor"] for row in rows] == [False, False, True, True, True]


def test_the_leaderboard_says_which_differences_are_sure(whole):
    rows = whole["leaderboard"].showing("verdict")
    assert {row["protocol"] for row in rows} == {"holdout", "gate"}
    verdict = {
        (row["source"], row["versus"]): row["verdict"]
        for row in rows
        if (row["protocol"], row["metric"]) == ("gate", "recall")
    }
    assert verdict["jaccard", "popularity"] == "surely better"
    assert verdict["popularity", "jaccard"] == "surely worse"


def test_the_leaderboard_draws_depth_trade_offs_and_runs(whole):
    charts = [chart for cell in whole["leaderboard"].cells for chart in cell.charts]
    assert len(charts) == 4
    assert all('"text":["jaccard","popularity"]' in chart for chart in charts[1:3])
    trend = charts[3]
    assert trend.count('"name":"jaccard"') == trend.count('"name":"popularity"') == 1


def test_the_leaderboard_shows_what_the_gate_found(whole):
    (row,) = whole["leaderboard"].showing("challenger")
    assert (row["run_id"], row["challenger"]) == (RUN, "jaccard")
    figures = {name.partition(".")[2].replace(".", "_"): value for name, value in GATE.items()}
    assert {name: row[name] for name in figures} == figures
