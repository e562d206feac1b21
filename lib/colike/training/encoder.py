"""The model: loading without a network, precision, encoding and the hash of its weights."""

import hashlib
import platform
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from colike.errors import DependencyError
from colike.training.texts import Tokens

_ENCODED_AT_ONCE = 128


def load_model(name: str, max_tokens: int) -> SentenceTransformer:
    """The SentenceTransformer of a folder or hub name, cut at so many tokens, on the CPU.

    Raises:
        DependencyError: the model is neither a folder here nor to be had from the hub.
    """
    # Standard error is for progress lines; these bars would break into them.
    disable_progress_bar()
    try:
        model = SentenceTransformer(name, device="cpu")
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DependencyError(
            f"base model {name}: cannot be loaded ({reason}); give base_model.path a local "
            "folder, or a hub name where the network is open"
        ) from error
    model.max_seq_length = max_tokens
    return model


def set_dropout(model: torch.nn.Module, share: float) -> None:
    """Let every dropout layer of the model drop that share."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = share


def mixed_precision(precision: Literal["auto", "bf16", "fp32"]) -> Literal["bf16", "no"]:
    """What accelerate calls the precision; `auto` is bf16 where the hardware computes in it."""
    if precision == "auto":
        has = torch.cuda.is_bf16_supported() if torch.cuda.is_available() else _cpu_has_bf16()
        return "bf16" if has else "no"
    return "bf16" if precision == "bf16" else "no"


def _cpu_has_bf16() -> bool:
    """Whether the CPU has bf16 instructions; torch has no public question for it before 2.12."""
    if platform.system() != "Linux":
        return False
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    return "avx512_bf16" in flags or "amx_bf16" in flags


def embed(model: torch.nn.Module, features: dict[str, torch.Tensor]) -> torch.Tensor:
    """Unit vectors of shape (texts, dimensions) in fp32, by the model's own pooling."""
    vectors = model(features)["sentence_embedding"].float()
    return torch.nn.functional.normalize(vectors, dim=1)


def encode(
    model: torch.nn.Module, tokens: Tokens, items: NDArray[np.int32], accelerator: Accelerator
) -> NDArray[np.float32]:
    """Unit vectors of the items, in their order: shape (items, dimensions).

    Dropout is off while encoding. Texts of like length are encoded together.
    """
    was_training = model.training
    model.eval()
    order = np.argsort(-tokens.lengths(items), kind="stable")
    parts: list[NDArray[np.float32]] = []
    with torch.inference_mode(), accelerator.autocast():
        for start in range(0, len(order), _ENCODED_AT_ONCE):
            some = items[order[start : start + _ENCODED_AT_ONCE]]
            features = to_device(tokens.features(some), accelerator.device)
            parts.append(embed(model, features).cpu().numpy())
    model.train(was_training)
    vectors = np.concatenate(parts)
    back: NDArray[np.float32] = np.empty_like(vectors)
    back[order] = vectors
    return back


def to_device(features: dict[str, torch.Tensor], device: torch.device) -> dict[str, torch.Tensor]:
    """The features on the device."""
    return {name: tensor.to(device, non_blocking=True) for name, tensor in features.items()}


def save_model(model: SentenceTransformer, folder: Path) -> str:
    """Save a folder that `SentenceTransformer(folder)` loads; returns the weights' SHA-256."""
    # A model card would ask the hub about the base model.
    model.save(str(folder), create_model_card=False)
    with (folder / "model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
