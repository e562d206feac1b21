"""Facts about the report."""

from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from colike.publish.report import build_report
from colike.publish.report.build import ReportFacts
from colike.publish.report.people import people
from colike.tables import Store


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


@dataclass(frozen=True)
class Changed:
    """A store of which one table is another frame."""

    store: Store
    table: str
    frame: DataFrame

    def read(self, table: str) -> DataFrame:
        return self.frame if table == self.table else self.store.read(table)

    def read_or_empty(self, table: str) -> DataFrame:
        return self.frame if table == self.table else self.store.read_or_empty(table)


NOTHING_KNOWN = ReportFacts("a/store", None, None, None, {})


@pytest.fixture(scope="module")
def report(tiny_store: Store) -> str:
    """The report that job publish wrote, the only file of its folder."""
    (path,) = (tiny_store.files / "reports").iterdir()
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
    html = build_report(Changed(tiny_store, "items", items), NOTHING_KNOWN, 1)
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<b>x</b>" not in html


def test_an_empty_store_has_a_report_that_says_what_is_missing(
    spark: SparkSession, tiny_store: Store, tmp_path
):
    store = Store.open(spark, str(tmp_path / "none"), tiny_store.ids)
    html = build_report(store, NOTHING_KNOWN, 3)
    for missing in ("No evaluation yet", "No similarity yet", "No training curve yet"):
        assert missing in html
