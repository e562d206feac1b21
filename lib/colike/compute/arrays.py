"""Types of the arrays that kernels and their callers exchange, and a hash of arrays."""

import hashlib

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


def fingerprint(*arrays: npt.NDArray[np.generic]) -> str:
    """Return the sha256 (hex) of arrays: their types, shapes and numbers.

    >>> fingerprint(np.array([1, 2])) == fingerprint(np.array([1, 2]))
    True
    >>> fingerprint(np.array([1, 2])) == fingerprint(np.array([[1, 2]]))
    False
    """
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape} ".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
