"""Figures of a benchmark as rows of JSON and as a Markdown table."""

import json
import os
import platform
import timeit
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Any

GIB, MIB = 2**30, 2**20


@dataclass(frozen=True)
class Row:
    """One figure; `value` is the median of `repeats` runs, or None if the system failed."""

    benchmark: str
    case: str
    system: str
    metric: str
    value: float | None
    unit: str
    repeats: int
    machine: str
    versions: dict[str, str]
    error: str | None = None


def machine() -> str:
    """Return this machine's cores, memory and processor, and its present load and speed.

    The speed is that of one core, in Python: machines of the same size differ by more than a
    factor of two.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    load = os.getloadavg()[0]
    additions = min(timeit.repeat("for i in range(10**7): x += i", "x = 0", number=1, repeat=3))
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}, load {load:.1f}, "
        f"10^7 additions {additions:.2f} s"
    )


def write(path: Path, rows: list[Row]) -> None:
    """Write the rows as a JSON list; they replace those of the same benchmark, case and system."""
    old = json.loads(path.read_text("utf-8")) if path.exists() else []
    measured = {(row.benchmark, row.case, row.system) for row in rows}
    kept = [row for row in old if (row["benchmark"], row["case"], row["system"]) not in measured]
    text = json.dumps(kept + [asdict(row) for row in rows], indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def table(rows: list[dict[str, Any]], benchmark: str) -> str:
    """Return the figures of a benchmark as a Markdown table, a line per case and system."""
    mine = [row for row in rows if row["benchmark"] == benchmark]
    metrics = list(dict.fromkeys(row["metric"] for row in mine))
    lines = [
        f"| case | system | {' | '.join(metrics)} | runs | machine |",
        f"|---|---|{'---|' * len(metrics)}---|---|",
    ]
    for case, system in dict.fromkeys((row["case"], row["system"]) for row in mine):
        own = {row["metric"]: row for row in mine if (row["case"], row["system"]) == (case, system)}
        any_row = next(iter(own.values()))
        cells = [any_row["error"] or ""] if any_row["error"] else []
        cells += [_cell(own.get(metric)) for metric in metrics[len(cells) :]]
        tail = f"{any_row['repeats']} | {any_row['machine']}"
        lines.append(f"| {case} | `{system}` | {' | '.join(cells)} | {tail} |")
    return "\n".join(lines) + "\n"


def growth(rows: list[dict[str, Any]], benchmark: str, sizes: dict[str, float]) -> str:
    """Return how each figure grows with size as a Markdown table of exponents between cases.

    The exponent is log(figure / previous figure) / log(size / previous size); 1 is in proportion.

    Args:
        rows: Figures as `write` stores them.
        benchmark: Name of the benchmark.
        sizes: Size of each case that belongs to the series.
    """
    steps = list(pairwise(sizes))
    heads = " | ".join(f"{low} to {high}" for low, high in steps)
    lines = [f"| system | metric | {heads} |", f"|---|---|{'---|' * len(steps)}"]
    mine = [row for row in rows if row["benchmark"] == benchmark and row["value"]]
    found = {(row["system"], row["metric"], row["case"]): row["value"] for row in mine}
    for system, metric in dict.fromkeys((row["system"], row["metric"]) for row in mine):
        values = {case: found.get((system, metric, case)) for case in sizes}
        cells = [_exponent(values, sizes, step) for step in steps]
        if any(cells):
            lines.append(f"| `{system}` | {metric} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _exponent(
    values: dict[str, float | None], sizes: dict[str, float], step: tuple[str, str]
) -> str:
    low, high = (values[case] for case in step)
    if low is None or high is None:
        return ""
    return f"{log(high / low) / log(sizes[step[1]] / sizes[step[0]]):.2f}"


def _cell(row: dict[str, Any] | None) -> str:
    if row is None or row["value"] is None:
        return ""
    value = row["value"]
    if row["unit"] == "bytes":
        return f"{value / GIB:.1f} GiB" if value >= GIB else f"{value / MIB:,.0f} MiB"
    if row["unit"] == "s":
        return f"{value:,.1f} s"
    return f"{value:,.0f}" if value >= 100 else figure(value)


def figure(value: float) -> str:
    """Return a figure below a hundred with three digits, and a share without its leading zero."""
    return f"{value:.3f}".removeprefix("0") if abs(value) < 1 else f"{value:.3g}"
