"""Facts about the report."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from colike.publish.report import build_report
from colike.publish.report.build import ReportFacts
from colike.publish.report.people import people
from colike.tables import Replaced, Store


class Page(HTMLParser):
    """Collects text, tags, and the addresses that a browser would load or follow."""

    def __init__(self, html: str):
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.texts.append(data.strip())


NOTHING_KNOWN = ReportFacts("a/store", None, None, None, {}, {})


@pytest.fixture(scope="module")
def report(tiny_store: Store) -> str:
    """The report that job publish wrote, the only file of its folder."""
    (path,) = (tiny_store.files.work / "reports").iterdir()
    return path.read_text("utf-8")


def test_report_holds_the_leaderboard_and_the_titles_of_its_users(report: str, tiny_store: Store):
    page = Page(report)
    shown = people(tiny_store, 3)
    assert len(shown) == 3
    for person in shown:
        assert f"User {person.user_id}" in page.texts
        titles = [title.title for titles in person.lists.values() for title in titles]
        assert len(titles) == 10 * 2  # popularity and jaccard
        assert set(titles) <= set(page.texts)
    assert {"popularity", "jaccard"} <= set(page.texts)


def test_report_loads_nothing_from_outside(report: str):
    page = Page(report)
    assert page.addresses == []
    assert "link" not in page.tags
    style = report[report.index("<style>") : report.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_titles_are_marked_by_what_the_user_gave_them_in_the_test(tiny_store: Store):
    ratings = tiny_store.read("ratings").where("split = 'test'")
    given = {
        (str(row.user_id), row.title): row.rating
        for row in ratings.join(tiny_store.read("items"), "item_id").collect()
    }
    found = people(tiny_store, 300)
    for person in found:
        assert sum(title.verdict == "liked" for title in person.test) >= 3
        for titles in person.lists.values():
            for title in titles:
                rating = given.get((person.user_id, title.title))
                unrated = rating is None
                wanted = "unrated" if unrated else "liked" if rating >= 9 else "lower"
                assert (title.verdict, title.rating) == (wanted, rating)
    verdicts = {t.verdict for p in found for titles in p.lists.values() for t in titles}
    assert verdicts == {"liked", "lower", "unrated"}


def test_a_title_is_text_never_markup(tiny_store: Store):
    items = tiny_store.read("items").withColumn("title", F.lit("<b>x</b>"))
    html = build_report(Replaced(tiny_store, {"items": items}), NOTHING_KNOWN, 1)
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<b>x</b>" not in html


def test_the_dial_of_hybrid_is_drawn_where_it_was_measured(spark, tiny_store: Store, tmp_path):
    nothing = Store.open(spark, str(tmp_path / "none"), tiny_store.ids)
    measured = {
        "hybrid.recall.unseen_share.0": (0.4, "recall"),
        "hybrid.recall.unseen_share.0.8": (0.38, "recall"),
        "hybrid.unseen_recall.0": (0.0, "recall"),
        "hybrid.unseen_recall.0.8": (0.11, "recall"),
        "hybrid.unseen_share": (0.8, "of base"),
    }
    assert 'id="dial"' not in build_report(nothing, NOTHING_KNOWN, 1)
    html = build_report(nothing, replace(NOTHING_KNOWN, fits=measured), 1)
    assert 'id="dial"' in html
    assert "[0.4,0.38]" in html
    assert "[0.0,0.11]" in html


def test_what_the_ranker_looks_at_is_shown_where_it_was_fitted(spark, tiny_store: Store, tmp_path):
    nothing = Store.open(spark, str(tmp_path / "none"), tiny_store.ids)
    fits = {f"ranker.rated.feature <{number}>": (number / 100, "share") for number in range(14)}
    page = Page(build_report(nothing, replace(NOTHING_KNOWN, fits=fits), 1))
    shown = [text for text in page.texts if text.startswith("feature <")]
    assert shown == [f"feature <{number}>" for number in range(13, 1, -1)]
    assert "13.0%" in page.texts
    assert "What the ranker looks at" not in build_report(nothing, NOTHING_KNOWN, 1)


def test_an_empty_store_has_a_report_that_says_what_is_missing(
    spark: SparkSession, tiny_store: Store, tmp_path
):
    store = Store.open(spark, str(tmp_path / "none"), tiny_store.ids)
    html = build_report(store, NOTHING_KNOWN, 3)
    for missing in ("No evaluation yet", "No similarity yet", "No training curve yet"):
        assert missing in html
