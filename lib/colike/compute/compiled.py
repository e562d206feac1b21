"""The one place where functions are compiled with Numba."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

# Numba caches compiled code next to its source, which is impossible inside a zip.
ON_DISK = Path(__file__).is_file()
Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return the function compiled with Numba, cached on disk where possible."""
    made: Function = numba.njit(cache=ON_DISK, nogil=True)(function)
    return made


def compiled_sums(function: Function) -> Function:
    """Return the function compiled so that sums may be reordered for speed.

    Results are then equal on the same kind of processor, and differ by rounding on others.
    """
    made: Function = numba.njit(cache=ON_DISK, nogil=True, fastmath={"reassoc", "contract"})(
        function
    )
    return made
