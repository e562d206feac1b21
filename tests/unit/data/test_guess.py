"""What `colike init` makes of files that nobody has described."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from colike.cli.main import app
from colike.config import load_config
from colike.data.descriptions import renderer
from colike.data.guess.dataset import look_at, scale_of
from colike.data.guess.draft import draft
from colike.errors import ConfigError

CASES = Path(__file__).parents[2] / "cases"


def config_of(folder, tmp_path):
    path = tmp_path / "conf.yml"
    path.write_text(draft(look_at(folder)), "utf-8")
    return load_config(path)


def test_movielens_1m_is_told_without_a_header(tmp_path):
    data = config_of(CASES / "N1-ml-1m", tmp_path).data
    assert data.ratings.separator == data.items.separator == "::"
    assert not data.ratings.header
    assert data.items.encoding == "iso8859-1"
    assert data.ratings.columns.model_dump(exclude_none=True) == {
        "user_id": 1,
        "item_id": 2,
        "rating": 3,
    }
    assert (data.items.columns.title, data.items.attributes) == (2, {"column 3": 3})
    assert (data.ratings.scale_min, data.ratings.scale_max) == (1, 5)


def test_bookcrossing_is_told_with_its_marks_and_text_ids(tmp_path):
    data = config_of(CASES / "N4-bookcrossing", tmp_path).data
    assert (data.user_id_type, data.item_id_type) == ("bigint", "string")
    assert data.ratings.unrated == (0,)
    assert data.ratings.separator == ";"
    assert data.items.columns.title == "Book-Title"


def test_json_lines_and_events_are_told(tmp_path):
    data = config_of(CASES / "N5-amazon-jsonl", tmp_path).data
    assert (data.ratings.columns.user_id, data.ratings.columns.rating) == ("reviewerID", "overall")
    assert (data.items.path, data.items.attributes) == ("meta.jsonl", {"category": "category"})
    data = config_of(CASES / "N6-implicit", tmp_path).data
    assert data.ratings.columns.rating is None


def write(folder, **files):
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


ITEMS = range(1, 9)
PAIRS = [(user, item, 1 + (user + item) % 5) for user in range(20) for item in ITEMS]
RATED = "\n".join(f"{user},{item},{rating}.0,{9 * user}" for user, item, rating in PAIRS)


def test_movielens_of_today_takes_ratings_for_ratings_and_tags_for_nothing(tmp_path):
    movies = [f'{i},"Film {i}, The (1999)",{"A|B" if i % 2 else "C"}' for i in ITEMS]
    folder = write(
        tmp_path / "ml-latest",
        ratings=f"userId,movieId,rating,timestamp\n{RATED}\n0,1,3.5,9",
        movies="movieId,title,genres\n" + "\n".join(movies),
        links="movieId,imdbId,tmdbId\n" + "\n".join(f"{i},0{i},{i}" for i in ITEMS),
        tags="userId,movieId,tag,timestamp\n1,2,good,5",
    )
    config = config_of(folder, tmp_path)
    data = config.data
    assert (data.ratings.path, data.items.path) == ("ratings.csv", "movies.csv")
    assert (data.ratings.scale_min, data.ratings.scale_max) == (0.5, 5)
    assert (data.ratings.duplicates, data.ratings.columns.time) == ("latest", "timestamp")
    assert data.items.attributes == {"genres": "genres"}
    assert (config.likes.at_least, config.likes.detractor_at_most) == (4, 2.5)


def test_goodbooks_keeps_what_raters_made_out_of_the_attributes(tmp_path):
    header = "book_id,goodreads_book_id,authors,title,average_rating,ratings_count,language_code"
    books = [f"{i},{100 + i},Author {i % 3},Title {i},4.{i},12{i},en" for i in ITEMS]
    rated = [f"{user},{item},{rating}" for user, item, rating in PAIRS]
    folder = write(
        tmp_path / "goodbooks",
        ratings="\n".join(["user_id,book_id,rating", *rated]),
        books="\n".join([header, *books]),
        to_read="user_id,book_id\n1,2",
        book_tags="goodreads_book_id,tag_id,count\n101,3,7",
    )
    data = config_of(folder, tmp_path).data
    assert (data.ratings.path, data.items.path) == ("ratings.csv", "books.csv")
    assert data.items.columns.item_id == "book_id"
    assert "authors" in data.items.attribute_columns
    assert {"average_rating", "ratings_count"} <= set(data.items.leaking)


def test_a_folder_without_ratings_or_titles_is_one_sentence_with_what_it_has(tmp_path):
    with pytest.raises(ConfigError, match="is no folder"):
        look_at(tmp_path / "nowhere")
    folder = write(tmp_path / "some", things="a,b\n1,2\n3,4")
    with pytest.raises(ConfigError, match=r"no file with a column of users .* things.csv \(a, b\)"):
        look_at(folder)
    (folder / "ratings.csv").write_text("user,item,rating\n1,5,3\n2,6,4\n")
    with pytest.raises(ConfigError, match=r"no file with the titles of the rated items"):
        look_at(folder)


@pytest.mark.parametrize(
    ("values", "low", "high", "unrated"),
    [
        ("1 2 3 4 5", 1, 5, []),
        ("0.5 1 5", 0.5, 5, []),
        ("0 0 0 5 8 10 7", 1, 10, [0]),
        ("-1 7 10 1", 1, 10, [-1]),
        ("0 0.5 1", 0, 1, []),
        ("12 340", 12, 340, []),
    ],
)
def test_scales_and_marks_are_told_by_the_values(values, low, high, unrated):
    found = scale_of(values.split(), [])
    assert (found.lowest, found.highest, found.unrated) == (low, high, unrated)
    assert found.lowest < found.at_least <= found.highest
    assert found.detractor_at_most < found.at_least


def test_the_command_prints_or_writes_and_overwrites_nothing(tmp_path):
    folder, out = CASES / "N6-implicit", tmp_path / "new" / "my.yml"
    printed = CliRunner().invoke(app, ["init", str(folder)])
    assert printed.stdout.startswith("# Written by `colike init`")
    written = CliRunner().invoke(app, ["init", str(folder), "--out", str(out)])
    assert f"Wrote {out}. Look at it, then: colike run {out} --data {folder}" in written.stdout
    assert load_config(out).name == "N6-implicit"
    again = CliRunner().invoke(app, ["init", str(folder), "--out", str(out)])
    assert isinstance(again.exception, ConfigError)
    assert str(out) in str(again.exception)


HOSTILE = (
    "Tag\x1b[31m", "{{ title", "{% raw %}", "a\u2028evil: 1", "b\x85# x", "c\u202ed", "e: [f",
    "x" * 20_000,
)  # fmt: skip


@pytest.fixture
def hostile(tmp_path):
    """A folder of files whose names and columns a config or a template would obey."""
    rated = "".join(f"{user},{item},{item % 5 + 1}\n" for user in range(9) for item in ITEMS)
    items = "".join(f"{item},Title {item}{f',v{item % 3}' * len(HOSTILE)}\n" for item in ITEMS)
    folder = write(
        tmp_path / "data",
        ratings="user_id,item_id,rating\n" + rated,
        items=f"item_id,title,{','.join(HOSTILE)}\n" + items,
    )
    (folder / "mo\nre.csv").write_text("a,b\n1,2\n")
    (folder / "braces.csv").write_text("{a,b\n1,2\n")
    return folder


def test_columns_and_files_that_would_be_obeyed_are_left_out_or_stay_text(hostile, tmp_path):
    config = config_of(hostile, tmp_path)
    attributes = list(config.data.items.attribute_columns)
    assert attributes == [
        "{{ title",
        "{% raw %}",
        "a\u2028evil: 1",
        "b\x85# x",
        "c\u202ed",
        "e: [f",
    ]
    render = renderer(config.descriptions.template, attributes, 55)
    assert render("T", {"{% raw %}": "x", "e: [f": "y"}, "s") == ("T. raw: x. e: f: y. s", False)
