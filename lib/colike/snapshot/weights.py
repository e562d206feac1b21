"""The hash of a model's weights, as the worker writes it down and whoever loads them checks it."""

import hashlib
from pathlib import Path


def weights_sha256(folder: Path) -> str:
    """Return the SHA-256 (hex) of the weights of all modules of a saved model.

    Models that differ only in their head differ in it.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors")):
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
