"""Renders the report of a store as one HTML file without external resources."""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import pandas as pd
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from colike import columns as C
from colike.publish.report import data, figures
from colike.publish.report.leaderboard import COMPARED, METRICS, Leaderboard, leaderboard
from colike.publish.report.people import LEAST_TEST_LIKES, people
from colike.tables import Store

TEMPLATE = "templates/report.html.j2"
AGAINST_DEPTH = ("recall", "nps")


def build_report(store: Store, out: Path, users: int) -> Path:
    """Write the report of a store and return its path.

    Parts whose tables do not exist yet say so. The same store gives the same bytes.

    Args:
        store: The store.
        out: The HTML file to write; its folder is created.
        users: Number of users whose lists are shown.
    """
    evaluation, board = data.evaluation(store), None
    if not evaluation.empty:
        board = leaderboard(evaluation)
    shown = people(store, users)
    sources = _sources(evaluation, board, [name for person in shown for name in person.lists])
    html = _template().render(
        store=store.location.name.rstrip("/").rpartition("/")[2],
        run_id=data.latest_run(store),
        evaluated_by=None if evaluation.empty else evaluation[C.RUN_ID].iloc[0],
        champion=data.champion(store),
        summary=data.summary(store),
        board=board,
        metrics=METRICS,
        compared=COMPARED,
        not_run=data.not_run(store),
        training=(training := data.training(store)),
        figures=_figures(evaluation, sources, data.jaccard_counts(store), training),
        people=shown,
        sources=sources,
        least_test_likes=LEAST_TEST_LIKES,
        plotly_js=Markup(get_plotlyjs()),
    )
    return _write(html, out)


def _figures(
    evaluation: pd.DataFrame,
    sources: Sequence[str],
    jaccard: Sequence[int],
    training: data.Training | None,
) -> dict[str, Markup]:
    """Return the figures that have data, as HTML by name."""
    drawn = {}
    if not evaluation.empty:
        for metric in AGAINST_DEPTH:
            drawn[metric] = figures.against_depth(evaluation, metric, sources)
    if any(jaccard):
        drawn["jaccard"] = figures.jaccard_histogram(jaccard)
    if training is not None and training.curve:
        drawn["training"] = figures.training_curve(training.curve)
    return {name: Markup(figures.to_html(figure, name)) for name, figure in drawn.items()}


def _sources(
    evaluation: pd.DataFrame, board: Leaderboard | None, listed: Sequence[str]
) -> list[str]:
    """Return all sources: those on the leaderboard, best first, then the others."""
    best_first = [line.source for line in board.lines] if board else []
    others = sorted({*evaluation[C.SOURCE], *listed} - set(best_first))
    return best_first + others


def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(
        resources.files("colike.publish.report").joinpath(TEMPLATE).read_text("utf-8")
    )


def _write(html: str, out: Path) -> Path:
    """Replace the file atomically, so that readers see the old report or the new one."""
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(f"{out.name}.unfinished")
    unfinished.write_text(html, encoding="utf-8")
    unfinished.replace(out)
    return out
