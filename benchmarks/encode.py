"""Encoding a catalogue: colike and sentence-transformers' own `encode`, in one process."""

from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from sentence_transformers import SentenceTransformer

from benchmarks.histories import CONFIG, csv_folder
from benchmarks.measuring import REPEATS
from benchmarks.results import Row, machine
from benchmarks.systems.timing import timed
from colike.config import load_config
from colike.config.embed import EmbedConfig
from colike.embedding.encode import encode_here
from colike.embedding.models import model_folder

NAME = "encode"
TEXTS = 2000
#: Encodes texts with the model in a folder.
Encode = Callable[[list[str], str, EmbedConfig], npt.NDArray[np.float32]]


def measure(folder: Path) -> Iterator[Row]:
    """Measure both alternately on generated texts.

    Yields seconds, texts per second, and the smallest cosine between a text's vector and the one
    by sentence-transformers.
    """
    settings = load_config(CONFIG).embed
    model = str(model_folder(str(settings.embedders["base"].model)))
    texts = texts_of(folder, TEXTS)
    load = machine()
    vectors = {name: encode(texts[:64], model, settings) for name, encode in SYSTEMS.items()}
    seconds: dict[str, list[float]] = {name: [] for name in SYSTEMS}
    for _ in range(REPEATS):
        for name, encode in SYSTEMS.items():
            seconds[name].append(timed(lambda run=encode: run(texts, model, settings))["seconds"])
    versions = {name: version(name) for name in ("sentence-transformers", "torch")}
    first = vectors["sentence_transformers"]
    for name, taken in seconds.items():
        cosine = float(np.einsum("ij,ij->i", first, vectors[name]).min())
        took = median(taken)
        for metric, value, unit in (
            ("seconds", took, "s"), ("texts_per_second", TEXTS / took, ""), ("cosine", cosine, "")
        ):  # fmt: skip
            yield Row(NAME, f"{TEXTS} texts", name, metric, value, unit, REPEATS, load, versions)


def texts_of(folder: Path, number: int) -> list[str]:
    """Return generated descriptions with two synopses each, about as long as real ones."""
    items = pd.read_csv(csv_folder(folder) / "anime_with_synopsis.csv").fillna("")
    synopses = items["sypnopsis"].tolist()
    names = items["Name"].tolist()
    return [
        f"{names[i]} is a TV. {synopses[i]} {synopses[i + 1]} Its genres are {items['Genres'][i]}."
        for i in range(number)
    ]


def _theirs(texts: list[str], model: str, settings: EmbedConfig) -> npt.NDArray[np.float32]:
    loaded = SentenceTransformer(model, device="cuda" if torch.cuda.is_available() else "cpu")
    loaded.max_seq_length = settings.max_tokens
    return np.asarray(loaded.encode(texts, normalize_embeddings=True))


def _ours(texts: list[str], model: str, settings: EmbedConfig) -> npt.NDArray[np.float32]:
    vectors = encode_here(texts, model, settings, torch.get_num_threads())
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


SYSTEMS: dict[str, Encode] = {"sentence_transformers": _theirs, "colike": _ours}
