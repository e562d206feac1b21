"""How to train: the `train` section of the config, and its JSON form in a snapshot."""

import json
import math
import types
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import ClassVar, Final, Literal, Union, get_args, get_origin, get_type_hints

from colike.errors import ConfigError

BASE_MODEL: Final = "base_model"
USERS: Final = "users"
#: Counts and seeds are 32-bit integers to what takes them.
LARGEST: Final = 2**31 - 1


@dataclass(frozen=True)
class TrainSettings:
    """Everything that decides a training run, apart from the snapshot and the base model.

    Raises:
        ValueError: a number is out of range (pydantic reports it with its path).
    """

    # The typed config embeds this class and must refuse keys that it does not know.
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    # cosine: the book's loss; softmax: a classifier on two vectors; contrastive: distances and a
    # margin; mnr: in-batch negatives; graded: the in-batch Jaccard distribution; head: graded, by
    # a linear map of the base model's vectors alone.
    objective: Literal["cosine", "softmax", "contrastive", "mnr", "graded", "head"] = "graded"
    # Pairs per batch and process; graded: anchors, each with one positive, so twice the texts.
    # None: the objective's default.
    batch_size: int | None = None
    # Processes that share the work, one per GPU.
    processes: int = 1
    # What starts them for job train: torchrun, on the job's own machine; spark, on the executors
    # (TorchDistributor), which need access to the store's files.
    launcher: Literal["torchrun", "spark"] = "torchrun"
    # Batches whose gradients are accumulated before a step.
    accumulate: int = 1
    # Texts in memory at once with their gradients; a larger batch is encoded twice, the first time
    # without gradients (gradient caching). None: the whole batch.
    encoded_at_once: int | None = None
    # Peak of the schedule (AdamW). None: the objective's default.
    learning_rate: float | None = None
    # How the rate falls from its peak to 0.
    schedule: Literal["linear", "cosine"] = "linear"
    # Steps of linear warm-up, but at most a tenth of the run.
    warmup_steps: int = 100
    # Passes over the training pairs (graded: over the anchors). None: the objective's default.
    epochs: int | None = None
    # Train exactly this many steps, over as many epochs as needed; the run is then repeatable.
    max_steps: int | None = None
    # Stop after this many minutes of steps; loading, evaluation and saving are extra.
    max_minutes: float = 40.0
    # Tokens of a description that are read; longer descriptions are truncated.
    max_tokens: int = 128
    # Divides the cosines before the softmax (mnr, graded).
    temperature: float = 0.05
    # graded: an item is an anchor with odds likes ** exponent. 0: items count equally; 1: likes do.
    anchor_exponent: float = 1.0
    # mnr: an in-batch negative with a Jaccard above this is a false negative, and is left out.
    mask_above_jaccard: float = 0.05
    # mnr, graded, head: at this interval of steps, mine the items that are hard negatives for the
    # current model, and add one for each anchor. Each time all train items are encoded. None: mnr
    # keeps the base model's hard negatives, the others have none.
    mine_steps: int | None = None
    # Items with fewer likes are never mined.
    mine_min_likes: int = 20
    # Share dropped by all dropout layers; None: the model's own. On a CPU 0 trains faster, because
    # torch draws the masks there in one thread.
    dropout: float | None = None
    # AdamW's decay of weight matrices (L2); biases and layer norms are not decayed.
    weight_decay: float = 0.01
    # Weight of the sum of the matrices' absolute values in the loss (L1).
    l1: float = 0.0
    # Transformer layers to freeze, from the lowest up; if any, the word embeddings are frozen too.
    freeze_layers: int = 0
    # Keep a running average of the weights with this decay per step, and use it in the end.
    average_decay: float | None = None
    # Share of a text's sentences that is left out each time it is encoded in training, and how
    # often the first sentence, which has the title, is left out.
    drop_sentences: float = 0.0
    drop_title: float = 0.0
    # How often the recall on validation users is measured in a run; the best weights are kept.
    validations: int = 0
    # End the run after this many validations in a row without an improvement. None: never.
    patience: int | None = None
    # Save a checkpoint at this interval, from which an interrupted run resumes. None: save none.
    checkpoint_minutes: float | None = 5.0
    # Gradients of a larger norm are scaled down to this one.
    max_grad_norm: float = 1.0
    # auto: bf16 if the GPU or the CPU has instructions for it.
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    # auto: petastorm if it is installed; both give the same batches.
    reader: Literal["auto", "petastorm", "arrow"] = "auto"
    # Seed of the order of pairs, the drawn positives and dropout.
    seed: int = 42
    # Steps from one progress line, and one point of the curve, to the next.
    log_every_steps: int = 20

    def __post_init__(self) -> None:
        at_least_one = (
            "batch_size", "processes", "accumulate", "encoded_at_once", "max_tokens",
            "log_every_steps", "epochs", "max_steps", "patience", "mine_steps", "mine_min_likes",
        )  # fmt: skip
        positive = ("learning_rate", "max_minutes", "temperature", "max_grad_norm")
        at_least_zero = (
            "warmup_steps", "anchor_exponent", "mask_above_jaccard", "weight_decay", "seed",
            "l1", "freeze_layers", "validations", "checkpoint_minutes",
        )  # fmt: skip
        for name, value in vars(self).items():
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{name} must be a finite number, not {value}")
            if isinstance(value, int) and value > LARGEST:
                raise ValueError(f"{name} must be {LARGEST} or less, not {value}")
        for name in at_least_one + positive + at_least_zero:
            value = getattr(self, name)
            if value is None:
                continue
            if name in at_least_one and value < 1:
                raise ValueError(f"{name} must be 1 or more, not {value}")
            if name in positive and value <= 0:
                raise ValueError(f"{name} must be above 0, not {value}")
            if value < 0:
                raise ValueError(f"{name} must be 0 or more, not {value}")
        if self.mine_steps is not None and self.objective not in ("mnr", "graded", "head"):
            raise ValueError(f"mine_steps: objective {self.objective} draws no hard negatives")
        for name in ("dropout", "drop_sentences", "drop_title", "average_decay"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < 1:
                raise ValueError(f"{name} must be from 0 to below 1, not {value}")


@dataclass(frozen=True)
class WorkerConfig:
    """A snapshot's config.json: settings, base model, and number of users.

    `base_model` is a folder; `users` counts the users with a train like.
    """

    settings: TrainSettings
    base_model: str
    users: int = 0


def to_json(path: Path, config: WorkerConfig) -> None:
    """Write a snapshot's config.json: every setting, and `base_model.path`."""
    facts = {BASE_MODEL: {"path": config.base_model}, USERS: config.users}
    document = {**asdict(config.settings), **facts}
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def from_json(path: Path) -> WorkerConfig:
    """Read a snapshot's config.json, which must have every key and no other.

    Raises:
        ConfigError: the file is missing or not JSON, or a key is unknown, missing or out of range.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: not a readable JSON file ({error}); export it again") from error
    hints = get_type_hints(TrainSettings)
    allowed = [field.name for field in fields(TrainSettings)]
    _check_keys(path, document, [*allowed, BASE_MODEL, USERS])
    _check_keys(path, document[BASE_MODEL], ["path"], f"{BASE_MODEL}.")
    if not _fits(document[USERS], int):
        raise ConfigError(f"{path}: {USERS}={document[USERS]!r} is not a whole number; correct it")
    values = {name: document[name] for name in allowed}
    for name, value in values.items():
        if not _fits(value, hints[name]):
            raise ConfigError(f"{path}: {name}={value!r} is not {_words(hints[name])}; correct it")
    try:
        settings = TrainSettings(**values)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}; correct it") from error
    return WorkerConfig(settings, str(document[BASE_MODEL]["path"]), int(document[USERS]))


def resolve_base_model(name: str, folder: Path) -> str:
    """Return the folder: absolute, or inside the snapshot.

    Raises:
        ConfigError: there is none; a model of the hub is fetched by job train, at its revision.
    """
    inside = folder / name
    if not inside.is_dir():
        raise ConfigError(f"{inside}: no such folder for base_model.path; correct the path")
    return str(inside)


def _check_keys(path: Path, document: object, allowed: list[str], prefix: str = "") -> None:
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: {prefix or 'the file'} is not a JSON object; export it again")
    unknown = [f"{prefix}{key}" for key in document if key not in allowed]
    missing = [f"{prefix}{key}" for key in allowed if key not in document]
    if unknown or missing:
        found = [f"unknown key {key}" for key in unknown] + [
            f"missing key {key}" for key in missing
        ]
        raise ConfigError(f"{path}: {', '.join(found)}; allowed keys: {', '.join(allowed)}")


def _fits(value: object, hint: object) -> bool:
    """Return whether a JSON value is of a field's type; a whole number fits a float field."""
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) in {Union, types.UnionType}:
        return any(_fits(value, member) for member in get_args(hint))
    if isinstance(value, bool):
        return False
    if hint is float:
        return isinstance(value, int | float)
    return isinstance(hint, type) and isinstance(value, hint)


def _words(hint: object) -> str:
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(get_args(hint))
    return getattr(hint, "__name__", str(hint))
