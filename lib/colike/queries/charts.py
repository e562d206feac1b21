"""Charts of notebooks, in the look of the report's figures."""

import pandas as pd
import plotly.graph_objects as go

from colike import columns as C
from colike.publish.report.figures import COLOURS, interval_line, styled


def trade_off(rows: pd.DataFrame, across: str, up: str) -> go.Figure:
    """Plot one metric of each source against another one: a point per source, with its name.

    Args:
        rows: A row per source: `source`, and both metrics in columns of their names.
        across: The metric of the x axis.
        up: The metric of the y axis.
    """
    points = go.Scatter(
        x=rows[across].tolist(),
        y=rows[up].tolist(),
        text=rows[C.SOURCE].tolist(),
        mode="markers+text",
        textposition="top center",
        marker={"size": 11, "color": COLOURS[0]},
        hovertemplate=f"%{{text}}: {across} %{{x:.3f}}, {up} %{{y:.3f}}<extra></extra>",
    )
    figure = styled(go.Figure(points))
    figure.update_xaxes(title=across)
    figure.update_yaxes(title=up)
    return figure


def over_runs(rows: pd.DataFrame, at: str, metric: str) -> go.Figure:
    """Plot a metric over the runs with 95 % intervals: a line per source, by source name.

    Args:
        rows: A row per source and run: `source`, `at`, value, ci_low, ci_high.
        at: The column that has the time of a run.
        metric: The metric's name.
    """
    figure = go.Figure()
    for number, (source, line) in enumerate(rows.groupby(C.SOURCE)):
        colour = COLOURS[number % len(COLOURS)]
        figure.add_trace(interval_line(line.sort_values(at), at, str(source), colour, True))
    figure.update_xaxes(title="evaluated")
    figure.update_yaxes(title=metric)
    return styled(figure)
