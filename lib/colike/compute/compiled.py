"""The one way in which functions are compiled by Numba."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

# Numba keeps compiled code beside its source, which it cannot do inside a zip.
ON_DISK = Path(__file__).is_file()
Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return the function compiled by Numba, kept on disk where there is one."""
    made: Function = numba.njit(cache=ON_DISK, nogil=True)(function)
    return made


def compiled_sums(function: Function) -> Function:
    """Return the function compiled so that its sums may run in the order that is fastest.

    A result is then equal on one kind of processor, and within rounding on another.
    """
    made: Function = numba.njit(cache=ON_DISK, nogil=True, fastmath={"reassoc", "contract"})(
        function
    )
    return made
