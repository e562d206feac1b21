"""Where reports are in a store's files, and how many are kept."""

import html
from collections.abc import Collection

from colike.tables.files import Files

REPORTS = "reports"


def report_name(run_id: str) -> str:
    """Return the name of a run's report in the store's files."""
    return f"{REPORTS}/{run_id}.html"


def remove_reports_of(files: Files, user: int | str) -> list[str]:
    """Remove the reports that show a user's lists; returns their names."""
    shown = f"User {html.escape(str(user))}<"
    found = [
        name for name in sorted(files.folders(REPORTS)) if shown in (files.read_text(name) or "")
    ]
    for name in found:
        files.remove(name)
    return found


def remove_reports(files: Files, keep: int, published: Collection[str]) -> list[str]:
    """Remove old reports; returns their names.

    Args:
        files: The store's files.
        keep: How many of those that were written last stay, by the clock of then.
        published: Runs whose reports stay whatever the clock said.
    """
    written, shown = files.folders(REPORTS), {report_name(run) for run in published}
    newest = sorted(written, key=lambda name: (written[name], name), reverse=True)
    old = [name for name in newest[keep:] if name not in shown]
    for name in old:
        files.remove(name)
    return old
