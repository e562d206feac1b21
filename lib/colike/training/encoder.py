"""The model: loading without a network, precision, encoding and the hash of its weights."""

import platform
from inspect import signature
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from transformers import PreTrainedModel
from transformers.utils.logging import disable_progress_bar

from colike.errors import DependencyError
from colike.snapshot.weights import weights_sha256
from colike.training.texts import Tokens

# Texts per call of the encoder, which encodes those of similar length together.
_ENCODED_AT_ONCE = 1024
# Larger parts waste more on padding, smaller ones on the overhead of every layer.
_TOGETHER_ON_CPU = 32

# What SentenceTransformer takes that keeps it off the network.
LOCAL = "local_files_only"
# What a module of transformers 4.48 or later has to change its attention.
CHANGES_ATTENTION = "set_attn_implementation"


def load_model(folder: str, max_tokens: int) -> SentenceTransformer:
    """Load the SentenceTransformer of a folder on the CPU, limited to `max_tokens`.

    Its weights are fp32, however they are stored: in half precision small updates would be lost,
    and gradients overflow.

    Raises:
        DependencyError: there is no such folder, or no model in it.
    """
    # stderr is for progress lines; transformers' progress bars would interrupt them.
    disable_progress_bar()
    if not Path(folder).is_dir():
        raise DependencyError(f"model {folder}: no such folder; give that of a model")
    try:
        model = open_model(folder).float()
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DependencyError(
            f"model {folder}: cannot be loaded ({reason}); give the folder of a sentence-"
            "transformers model with safetensors"
        ) from error
    model.max_seq_length = max_tokens
    return model


def open_model(folder: str) -> SentenceTransformer:
    """Return the model of a folder on the CPU: from its files alone, and no code among them."""
    # Before sentence-transformers 3 a folder is not looked up elsewhere.
    known = signature(SentenceTransformer.__init__).parameters
    local = {LOCAL: True} if LOCAL in known else {}
    return SentenceTransformer(folder, device="cpu", trust_remote_code=False, **local)


def place(model: SentenceTransformer, device: torch.device) -> None:
    """Move the model to the device, with the kind of attention that is fastest there.

    On a CPU that is eager attention: the backward pass of torch's fused attention takes several
    times as long there, a third of a training step. Before transformers 4.48 it is what it is.
    """
    if device.type == "cpu":
        for module in model.modules():
            if isinstance(module, PreTrainedModel) and hasattr(module, CHANGES_ATTENTION):
                getattr(module, CHANGES_ATTENTION)("eager")
    model.to(device)


def set_dropout(model: torch.nn.Module, share: float) -> None:
    """Set the share that every dropout layer of the model drops."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = share


def mixed_precision(precision: Literal["auto", "bf16", "fp32"]) -> Literal["bf16", "no"]:
    """Return accelerate's name of the precision; `auto` is bf16 if the hardware supports it."""
    if precision == "auto":
        has = torch.cuda.is_bf16_supported() if torch.cuda.is_available() else _cpu_has_bf16()
        return "bf16" if has else "no"
    return "bf16" if precision == "bf16" else "no"


def _cpu_has_bf16() -> bool:
    """Whether the CPU has bf16 instructions; torch before 2.12 has no public API for it."""
    if platform.system() != "Linux":
        return False
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    return "avx512_bf16" in flags or "amx_bf16" in flags


class Encoder(torch.nn.Module):
    """A SentenceTransformer as a function from item_idx to unit vectors that carry gradients.

    All texts of a step go through one `forward`, so that data-parallel training sees one pass.
    """

    def __init__(self, model: SentenceTransformer, tokens: Tokens) -> None:
        super().__init__()
        self.model = model
        self._tokens = tokens

    def forward(self, items: NDArray[np.int32], draw: int | None = None) -> torch.Tensor:
        """Return fp32 unit vectors of shape (items, dimensions), by the model's own pooling.

        On a CPU, where padding costs as much as text, texts of similar length are encoded together.

        Args:
            items: item_idx of the texts.
            draw: in training, decides which sentences are left out; None leaves out none.
        """
        device = next(self.model.parameters()).device
        together = _TOGETHER_ON_CPU if device.type == "cpu" else len(items)
        texts = self._tokens.texts(items, draw)
        order = np.argsort([-len(text) for text in texts], kind="stable")
        parts = []
        for start in range(0, len(order), together):
            some = [texts[place] for place in order[start : start + together]]
            features = self._tokens.features(some)
            on_device = {name: t.to(device, non_blocking=True) for name, t in features.items()}
            parts.append(self.model(on_device)["sentence_embedding"].float())
        back = torch.from_numpy(np.argsort(order, kind="stable")).to(device)
        return torch.nn.functional.normalize(torch.cat(parts)[back], dim=1)

    def as_model(self) -> SentenceTransformer:
        """Return the model that is trained."""
        return self.model


def encode(
    encoder: torch.nn.Module, items: NDArray[np.int32], accelerator: Accelerator
) -> NDArray[np.float32]:
    """Return unit vectors of the items, shape (items, dimensions), encoded without dropout."""
    was_training = encoder.training
    encoder.eval()
    parts: list[NDArray[np.float32]] = []
    with torch.inference_mode(), accelerator.autocast():
        for start in range(0, len(items), _ENCODED_AT_ONCE):
            vectors = encoder(items[start : start + _ENCODED_AT_ONCE])
            parts.append(vectors.cpu().numpy())
    encoder.train(was_training)
    return np.concatenate(parts)


def save_model(model: SentenceTransformer, folder: Path) -> str:
    """Save a folder that `SentenceTransformer(folder)` loads; returns the weights' SHA-256."""
    # A model card would ask the hub about the base model.
    model.save(str(folder), create_model_card=False)
    return weights_sha256(folder)
