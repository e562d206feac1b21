"""Run ids: new ones, and what they look like, since they become parts of paths and queries."""

import re
import uuid
from datetime import UTC, datetime

from colike.config.section import NAME
from colike.errors import ConfigError, clipped

#: Characters of what is no id that its error quotes.
LONGEST = 100


def new_run_id() -> str:
    """Return an id that sorts by time: UTC to the second and six random hex digits."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"


def checked_run_id(run_id: str) -> str:
    """Return the id if it follows the pattern of names.

    Raises:
        ConfigError: It does not.
    """
    if re.fullmatch(NAME, run_id) is None:
        raise ConfigError(
            f"Run id {clipped(run_id, LONGEST)!r} is not a name: use at most 80 letters, "
            "digits, dots, hyphens and underscores, beginning with a letter or digit."
        )
    return run_id
