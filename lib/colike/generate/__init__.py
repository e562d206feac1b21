"""Generated ratings and item texts in MAL 2020's form, for demos, tests and scale runs."""

from colike.generate.run import generate
from colike.generate.summary import GeneratedSummary

__all__ = ["GeneratedSummary", "generate"]
