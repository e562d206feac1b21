"""Renders the report of a store as one HTML file without external resources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import pandas as pd
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from colike import columns as C
from colike.config.section import ANCHORS
from colike.publish.report import data, figures
from colike.publish.report.dial import Dial, dial_of
from colike.publish.report.importances import importances_of
from colike.publish.report.leaderboard import COMPARED, METRICS, Leaderboard, leaderboard
from colike.publish.report.people import LEAST_TEST_LIKES, people
from colike.tables import Tables

TEMPLATE = "templates/report.html.j2"
AGAINST_DEPTH = ("recall", "nps")


@dataclass(frozen=True)
class ReportFacts:
    """What the report says of a store beside its tables: its name, and what the log tells.

    `fits` has the figures of how sources were fitted, by name, with their units.
    """

    store: str
    run_id: str | None
    evaluated_by: str | None
    champion: data.Pointer | None
    not_run: Mapping[str, str]
    fits: Mapping[str, tuple[float, str]]


def build_report(tables: Tables, facts: ReportFacts, users: int) -> str:
    """Return the report as HTML.

    Parts whose tables are not there yet say so. The same tables give the same bytes.

    Args:
        tables: Where the tables are read.
        facts: What the log of runs tells.
        users: How many users' lists to show.
    """
    evaluation, board = data.evaluation(tables, facts.evaluated_by), None
    if not evaluation.empty:
        board = leaderboard(evaluation)
    shown = people(tables, users)
    sources = _sources(evaluation, board, [name for person in shown for name in person.lists])
    training = data.training(tables)
    fits = {name: value for name, (value, _) in facts.fits.items()}
    html: str = _template().render(
        store=facts.store.rstrip("/").rpartition("/")[2],
        run_id=facts.run_id,
        evaluated_by=None if evaluation.empty else evaluation[C.RUN_ID].iloc[0],
        champion=facts.champion,
        summary=data.summary(tables),
        board=board,
        metrics=METRICS,
        compared=COMPARED,
        not_run=facts.not_run,
        training=training,
        figures={
            **_figures(evaluation, sources, data.jaccard_counts(tables), training),
            **_dial(dial_of(fits)),
        },
        importances=importances_of(fits),
        people=shown,
        sources=sources,
        least_test_likes=LEAST_TEST_LIKES,
        plotly_js=Markup(get_plotlyjs()),
    )
    return html


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


def _dial(dial: Dial | None) -> dict[str, Markup]:
    if dial is None:
        return {}
    return {"dial": Markup(figures.to_html(figures.dial_curve(dial), "dial"))}


def _sources(
    evaluation: pd.DataFrame, board: Leaderboard | None, listed: Sequence[str]
) -> list[str]:
    """Return all sources: those on the leaderboard, best first, then the others; no anchors."""
    best_first = [line.source for line in board.lines if not line.is_anchor] if board else []
    others = sorted({*evaluation[C.SOURCE], *listed} - {*best_first, *ANCHORS})
    return best_first + others


def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(
        resources.files("colike.publish.report").joinpath(TEMPLATE).read_text("utf-8")
    )
