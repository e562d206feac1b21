"""What a stage hands to the runner: writes in order, figures, notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from colike.errors import ColikeError
from colike.tables.writes import Write

#: A figure and its unit.
Figure = tuple[float, str]


@dataclass(frozen=True)
class Outputs:
    """The result of a stage's run; nothing is written before the runner has it.

    Attributes:
        writes: Changes of tables, carried out in this order.
        figures: What view run_metrics shows of the job, by name.
        notes: Sentences that the user should read.
        not_run: Parts that could not run, such as an embedder without weights, each with why.
        row_sets: Hash of what each set of rows was made of, such as a source's lists; the next
            run of the stage finds them in `inputs.row_sets`.
        files: Texts to write below the store's `files/`, by relative path, after the tables.
        keep_log: Runs whose events stay in the log, with those that tell what was last done; None
            leaves it as it is.
        failure: Raised once everything above is written: rejected rows are kept for the user.
    """

    writes: Sequence[Write] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)
    notes: Sequence[str] = ()
    not_run: Mapping[str, str] = field(default_factory=dict)
    row_sets: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    keep_log: int | None = None
    failure: ColikeError | None = None
