"""What is said of files that cannot be read: each sentence is worded here alone."""

from collections.abc import Sequence

from colike.config.form import Column
from colike.errors import QualityError, SchemaError


def no_rows(name: str) -> QualityError:
    """Return the error of an input without rows."""
    return QualityError(f"{name} has no rows; give a file with data. No table was changed.")


def damaged(name: str, error: Exception) -> QualityError:
    """Return the error of a file that ends too early, or that its reader cannot make out."""
    why = " ".join(str(error).split())
    return QualityError(
        f"{name} breaks off or is damaged ({why}); fetch it again. No table was changed."
    )


def too_large(name: str, size: int, most: int) -> QualityError:
    """Return the error of a file that only Spark can open, and of more bytes than it can take."""
    return QualityError(
        f"{name} has {size:,} bytes, and a file at a URI is read whole, up to {most:,} bytes: cut "
        "it into parts, write it as a Delta table, or mount it and give its path, which is read in "
        "ranges. No table was changed."
    )


def lacking(name: str, missing: Sequence[Column], names: Sequence[str]) -> SchemaError:
    """Return the error of a file that has not all wanted columns.

    Args:
        name: The file.
        missing: The columns that it lacks.
        names: Those that it has; numbers from 1 in text without a header.
    """
    remedy = "Mend the file, or name its columns in the config's data section."
    if any(isinstance(column, int) for column in missing) and "1" not in names:
        remedy = "Its columns have names: leave out `header: false`, and name them in the config."
    lacks = ", ".join(dict.fromkeys(map(str, missing)))
    return SchemaError(f"{name} has no column {lacks}; it has {', '.join(names)}. {remedy}")
