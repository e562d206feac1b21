"""The report: one self-contained HTML file about a store."""

from colike.publish.report.build import build_report

__all__ = ["build_report"]
