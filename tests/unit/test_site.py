"""The site builds: every link, anchor and page is there, and nothing is loaded from elsewhere."""

import re
import subprocess
import sys

import pytest

from ..pages import ROOT

# What a browser loads by itself: scripts, images, frames and style sheets.
LOADED = re.compile(
    r"<(?:script|img|iframe)[^>]*\ssrc=\"?([^\s\">]+)|<link[^>]*\shref=\"?([^\s\">]+)"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder)]
    made = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return folder


def test_no_page_loads_anything_from_elsewhere(site):
    pages = [*site.rglob("*.html")]
    loaded = {
        one for page in pages for pair in LOADED.findall(page.read_text("utf-8")) for one in pair
    }
    assert {one for one in loaded if "//" in one} == set()
    assert any(one.endswith(".js") for one in loaded), "the pattern finds what pages load"


def test_readers_find_the_first_page_every_decision_and_what_is_made_from_the_code(site):
    names = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    decisions = {f"decisions/{page.stem}.html" for page in ROOT.glob("docs/decisions/*.md")}
    assert {"index.html", "tutorial.html", "tables.html", "commands.html", "settings.html"} <= names
    assert decisions <= names
    first = (site / "index.html").read_text("utf-8")
    assert all(f'href="{name}"' in first for name in decisions)
