"""Plotly figures of the report; they need no network."""

import math
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from colike import columns as C
from colike.publish.report.dial import Dial

PROTOCOLS = ("holdout", "book")
# Colours by Okabe and Ito, which colour-blind people can tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195", "#000000")
GRID = "#e7e9ee"
INK = "#1f2933"


def to_html(figure: go.Figure, name: str) -> str:
    """Return the figure as a div with its script; plotly.js must already be in the page."""
    html: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=name,
        config={"displaylogo": False, "displayModeBar": False, "responsive": True},
    )
    return html


def against_depth(evaluation: pd.DataFrame, metric: str, sources: Sequence[str]) -> go.Figure:
    """Plot a metric against k with 95 % intervals: a panel per protocol, a line per source."""
    rows = evaluation[
        (evaluation[C.METRIC] == metric)
        & (evaluation[C.SEGMENT] == "all")
        & evaluation[C.VERSUS].isna()
    ]
    shown = [name for name in PROTOCOLS if (rows[C.PROTOCOL] == name).any()]
    figure = make_subplots(
        cols=max(len(shown), 1), subplot_titles=shown, shared_yaxes=True, horizontal_spacing=0.04
    )
    named = set()
    for column, protocol in enumerate(shown, start=1):
        panel = rows[rows[C.PROTOCOL] == protocol]
        for number, source in enumerate(sources):
            line = panel[panel[C.SOURCE] == source].sort_values(C.K)
            if len(line):
                colour = COLOURS[number % len(COLOURS)]
                trace = interval_line(line, C.K, source, colour, source not in named)
                figure.add_trace(trace, row=1, col=column)
                named.add(source)
    figure.update_xaxes(title="k", tickvals=sorted(set(rows[C.K])))
    figure.update_yaxes(title=metric.upper() if metric == "nps" else metric, col=1)
    return styled(figure)


def jaccard_histogram(counts: Sequence[int]) -> go.Figure:
    """Plot the number of pairs of items by jaccard, on a logarithmic scale."""
    width = 1 / len(counts)
    centres = [(number + 0.5) * width for number in range(len(counts))]
    labels = [
        f"{number * width:.2f} to {(number + 1) * width:.2f}" for number in range(len(counts))
    ]
    bars = go.Bar(
        x=centres,
        y=list(counts),
        width=width * 0.92,
        text=labels,
        textposition="none",
        marker_color=COLOURS[0],
        hovertemplate="jaccard %{text}: %{y:,} pairs<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_xaxes(title="jaccard", range=[0, 1])
    top = math.log10(max(*counts, 1))
    figure.update_yaxes(title="pairs of items (log)", type="log", dtick=1, range=[-0.2, top + 0.2])
    return styled(figure)


def dial_curve(dial: Dial) -> go.Figure:
    """Plot the recall of new items against that of known ones, a point for each tried share."""
    is_chosen = [share == dial.chosen for share in dial.shares]
    line = go.Scatter(
        x=dial.seen,
        y=dial.new,
        mode="lines+markers+text",
        text=[f"{share:g}" for share in dial.shares],
        textposition="middle right",
        line={"color": COLOURS[0], "width": 2},
        marker={
            "size": [13 if chosen else 7 for chosen in is_chosen],
            "color": [COLOURS[1] if chosen else COLOURS[0] for chosen in is_chosen],
        },
        hovertemplate="share %{text}: known %{x:.3f}, new %{y:.3f}<extra></extra>",
    )
    figure = go.Figure(line)
    figure.update_xaxes(title="recall of held likes")
    figure.update_yaxes(title="recall of new items", rangemode="tozero")
    return styled(figure)


def training_curve(curve: Sequence[dict[str, float]]) -> go.Figure:
    """Plot loss and learning rate by step."""
    steps = [point["step"] for point in curve]
    figure = make_subplots(specs=[[{"secondary_y": True}]])
    loss = go.Scatter(x=steps, y=[p["loss"] for p in curve], name="loss", line_color=COLOURS[0])
    rate = go.Scatter(
        x=steps,
        y=[p["learning_rate"] for p in curve],
        name="learning rate",
        line={"color": COLOURS[4], "dash": "dot"},
    )
    figure.add_trace(loss, secondary_y=False)
    figure.add_trace(rate, secondary_y=True)
    figure.update_xaxes(title="step")
    figure.update_yaxes(title="loss", secondary_y=False)
    figure.update_yaxes(
        title="learning rate",
        secondary_y=True,
        showgrid=False,
        tickmode="auto",
        tickformat=".0e",
        nticks=4,
        rangemode="tozero",
    )
    return styled(figure).update_layout(margin_r=70)


def interval_line(
    line: pd.DataFrame, x: str, source: str, colour: str, in_legend: bool
) -> go.Scatter:
    """Return a source's values with their intervals as a line.

    Args:
        line: Rows with value, ci_low and ci_high, in the order of `x`.
        x: The column of the x axis.
        source: Its name in the legend.
        colour: Its colour.
        in_legend: Whether the legend names it here.
    """
    return go.Scatter(
        x=line[x].tolist(),
        y=line[C.VALUE].tolist(),
        name=source,
        legendgroup=source,
        showlegend=in_legend,
        mode="lines+markers",
        line={"color": colour, "width": 2},
        error_y={
            "type": "data",
            "array": (line[C.CI_HIGH] - line[C.VALUE]).tolist(),
            "arrayminus": (line[C.VALUE] - line[C.CI_LOW]).tolist(),
            "thickness": 1.2,
            "width": 3,
        },
        hovertemplate=f"{source}, {x}=%{{x}}: %{{y:.3f}}<extra></extra>",
    )


def styled(figure: go.Figure) -> go.Figure:
    """Return the figure with the look that all figures share."""
    figure.update_layout(
        template="none",
        height=340,
        margin={"l": 60, "r": 20, "t": 40, "b": 50},
        font={"family": "system-ui, sans-serif", "size": 13, "color": INK},
        legend={"orientation": "h", "y": 1.12, "x": 1, "xanchor": "right", "yanchor": "bottom"},
        hovermode="closest",
    )
    figure.update_xaxes(gridcolor=GRID, linecolor="#b8bec9", zeroline=False)
    figure.update_yaxes(gridcolor=GRID, zeroline=False)
    return figure
