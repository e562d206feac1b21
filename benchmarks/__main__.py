"""`python -m benchmarks NAME --json FILE`: measures, and writes the figures as JSON."""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import encode as encoding
from benchmarks import fits as fitting
from benchmarks import ingest as loading
from benchmarks import kernel as kernels
from benchmarks import neighbours as nearby
from benchmarks import quality as trained
from benchmarks import quality_tables
from benchmarks import queries as asking
from benchmarks import readers as reading
from benchmarks import recommend as listing
from benchmarks import similarity as pairwise
from benchmarks import training as tuning
from benchmarks import whole_chain as nightly
from benchmarks.histories import CASES, SHARES
from benchmarks.measuring import Measure
from benchmarks.results import Row, growth, write
from benchmarks.results import table as as_table

app = typer.Typer(help="colike and its peers side by side.", no_args_is_help=True)
JsonFile = Annotated[Path, typer.Option("--json", help="file of the figures, added to")]
Folder = Annotated[Path, typer.Option("--data", help="where generated data is kept")]
Chosen = Annotated[list[str] | None, typer.Option(help="only this one; may be given again")]
Limit = Annotated[float, typer.Option(help="seconds after which a run is given up")]


@app.callback()
def benchmarks() -> None:
    """Measure; every system runs in its own process."""


def _compared(
    name: str, measure: Measure, cases: Iterable[str], systems: Collection[str], does: str
) -> None:
    """Add the command of a benchmark that compares systems on cases."""

    @app.command(name, help=does)
    def command(
        json_file: JsonFile,
        folder: Folder = Path("build/benchmarks"),
        case: Chosen = None,
        system: Chosen = None,
        limit: Limit = 3600,
    ) -> None:
        _each(json_file, measure, case or cases, system or systems, folder, limit)


_compared(
    pairwise.NAME,
    pairwise.measure,
    CASES,
    pairwise.SYSTEMS,
    "Pairwise Jaccard from user_history to a committed table.",
)
_compared(
    loading.NAME,
    loading.measure,
    loading.CASES,
    loading.SYSTEMS,
    "CSV files to checked tables; others read and write the same rows.",
)
_compared(
    listing.NAME,
    listing.measure,
    listing.CASES,
    listing.SYSTEMS,
    "Lists for all users from given neighbours, to a committed table or in memory.",
)
_compared(
    fitting.NAME,
    fitting.measure,
    fitting.CASES,
    fitting.SYSTEMS,
    "Fits of sources from a store's tables, and a peer's EASE in memory.",
)
_compared(
    nearby.NAME,
    nearby.measure,
    nearby.CASES,
    nearby.SYSTEMS,
    "Text neighbours of a large catalogue, compared with faiss's own indexes.",
)


@app.command()
def chain(
    json_file: JsonFile, folder: Folder = Path("build/benchmarks"), limit: Limit = 3600
) -> None:
    """The nightly chain at full size, from CSV to published views."""
    _keep(json_file, nightly.NAME, nightly.measure(folder, limit))


@app.command()
def queries(
    json_file: JsonFile, folder: Folder = Path("build/benchmarks"), limit: Limit = 3600
) -> None:
    """The analysts' questions, on the store of benchmark chain, in Spark and in DuckDB."""
    _keep(json_file, asking.NAME, asking.measure(folder, limit))


@app.command()
def quality(
    json_file: JsonFile,
    data: Annotated[Path, typer.Option(help="folder of the real files")],
    folder: Annotated[Path, typer.Option(help="where stores are kept")] = Path("build/quality"),
    case: Annotated[
        list[str] | None, typer.Option(help="objective to train with; may be given again")
    ] = None,
    minutes: Annotated[float, typer.Option(help="of training, but for the head")] = 40,
) -> None:
    """All sources on the real ratings, with the objective graded or others."""
    found = trained.trials(minutes)
    for name in case or [trained.DEFAULT]:
        rows = list(trained.measured(found[name], data, folder))
        write(json_file, rows)
        typer.echo(quality_tables.tables([asdict(row) for row in rows]), nl=False)


@app.command()
def training(json_file: JsonFile, folder: Folder = Path("build/benchmarks")) -> None:
    """Fine-tuning, compared with sentence-transformers' own Trainer."""
    _keep(json_file, tuning.NAME, tuning.measure(folder))


@app.command()
def readers(json_file: JsonFile, folder: Folder = Path("build/benchmarks")) -> None:
    """Memory of the readers of training pairs over many epochs."""
    _keep(json_file, reading.NAME, reading.measure(folder))


@app.command()
def encode(json_file: JsonFile, folder: Folder = Path("build/benchmarks")) -> None:
    """Encoding, compared with sentence-transformers' own `encode`."""
    _keep(json_file, encoding.NAME, encoding.measure(folder))


@app.command()
def kernel(
    json_file: JsonFile, folder: Folder = Path("build/benchmarks"), case: str = "10%"
) -> None:
    """The tiled engine's kernel, compared with SciPy's sparse product, in one process."""
    _keep(json_file, kernels.NAME, kernels.measure(case, folder))


@app.command()
def table(json_file: JsonFile, benchmark: str) -> None:
    """Print the figures of a benchmark as Markdown: a table, and their growth with size."""
    rows = json.loads(json_file.read_text("utf-8"))
    if benchmark == trained.NAME:
        typer.echo(quality_tables.tables(rows), nl=False)
        return
    typer.echo(as_table(rows, benchmark))
    typer.echo(growth(rows, benchmark, SHARES), nl=False)


def _each(
    json_file: Path,
    measure: Measure,
    cases: Iterable[str],
    systems: Collection[str],
    folder: Path,
    limit: float,
) -> None:
    """Measure every system on every case; write and print the rows of each immediately."""
    for case in cases:
        for system in systems:
            rows = list(measure(case, system, folder, limit))
            write(json_file, rows)
            for row in rows:
                typer.echo(f"{row.case} {row.system} {row.metric}: {row.error or row.value}")


def _keep(json_file: Path, benchmark: str, measured: Iterable[Row]) -> None:
    """Write the rows when all are measured, and print them as a table."""
    rows = list(measured)
    write(json_file, rows)
    typer.echo(as_table([asdict(row) for row in rows], benchmark), nl=False)


if __name__ == "__main__":
    app()
