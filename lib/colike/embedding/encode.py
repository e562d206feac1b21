"""Encodes descriptions in Spark tasks; each Python worker loads the model once."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame, SparkSession

from colike import columns as C
from colike.config.section import Precision
from colike.embedding.models import Model
from colike.embedding.service import encode_by_service
from colike.errors import DependencyError
from colike.spark.shipping import shipped

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Encoding:
    """How texts are encoded, beside the model: tokens read, precision, texts at once."""

    max_tokens: int
    precision: Precision
    batch_size: int

    @property
    def text(self) -> str:
        """What decides a vector beside model and text, as item_embeddings has it."""
        return f"{self.max_tokens} tokens, {self.precision}"


def encode_items(items: DataFrame, model: Model, settings: Encoding) -> DataFrame:
    """Return item_id, content_hash and the unit vector `embedding` of every item.

    Args:
        items: item_id, description and content_hash.
        model: What encodes.
        settings: How.
    """
    ready = _ready(items.sparkSession, model)
    tasks = items.sparkSession.sparkContext.defaultParallelism
    threads = max(1, (os.cpu_count() or 1) // tasks)

    def encode(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            vectors = _encode(list(batch[C.DESCRIPTION]), ready(), settings, threads)
            made = batch[[C.ITEM_ID, C.CONTENT_HASH]].copy()
            made[C.EMBEDDING] = list(vectors)
            yield made

    id_type = items.schema[C.ITEM_ID].dataType.simpleString()
    schema = f"item_id {id_type}, content_hash string, embedding array<float>"
    texts = items.select(C.ITEM_ID, C.DESCRIPTION, C.CONTENT_HASH)
    return texts.repartition(tasks).mapInPandas(encode, schema)


def _ready(spark: SparkSession, model: Model) -> Callable[[], Model]:
    """Return what gives, in a task, the model as it is found there."""
    if model.kind == "openai":
        return lambda: model
    where = shipped(spark, Path(model.location), model.model_id)
    return lambda: replace(model, location=where())


def _encode(texts: list[str], model: Model, settings: Encoding, threads: int) -> Vectors:
    if model.kind == "openai":
        vectors = encode_by_service(texts, model.location, model.base_url, settings.batch_size)
    else:
        vectors = encode_here(texts, model.location, settings, threads)
    if not np.isfinite(vectors).all():
        raise DependencyError(
            f"model {model.location} gives vectors that are no numbers; its weights are damaged, "
            "or too large for embed.precision: set that to fp32, or take another model."
        )
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return unit


def encode_here(texts: list[str], folder: str, settings: Encoding, threads: int) -> Vectors:
    """Return the vectors of texts by a model on this machine, as it gives them.

    Args:
        texts: What to encode; texts of like length are encoded together.
        folder: The model's.
        settings: How.
        threads: Threads of the CPU.
    """
    import torch

    from colike.training.encoder import mixed_precision

    torch.set_num_threads(threads)
    encoder = _load(folder, settings.max_tokens)
    device = encoder.device.type
    bf16 = mixed_precision(settings.precision) == "bf16"
    with torch.no_grad(), torch.autocast(device, torch.bfloat16, enabled=bf16):
        made: Vectors = encoder.encode(
            texts, batch_size=settings.batch_size, convert_to_numpy=False, show_progress_bar=False
        )
    return np.stack([vector.float().cpu().numpy() for vector in made])


@cache
def _load(folder: str, max_tokens: int) -> Any:
    """Return the model, loaded once per Python worker; Spark reuses workers for later tasks."""
    try:
        from sentence_transformers.util import get_device_name

        from colike.training.encoder import load_model
    except ImportError as error:
        raise DependencyError(
            "sentence-transformers is not installed; pip install 'colike[train]'."
        ) from error
    return load_model(folder, max_tokens).to(get_device_name())
