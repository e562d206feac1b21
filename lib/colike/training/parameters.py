"""Which parameters are trained and how: frozen layers, AdamW, decay, averaged weights."""

import re
from typing import Final

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from colike.errors import ConfigError

# How transformers names the parameters of layers: `encoder.layer.3.`, `layers.3.`, `h.3.`.
_LAYER: Final = re.compile(r"\.(?:layer|layers|h|block)\.(\d+)\.")
_WORDS: Final = ("embeddings.", "embed_tokens.", "wte.", "wpe.")


def freeze(model: torch.nn.Module, layers: int) -> None:
    """Freeze the lowest layers and, if there are any, the word embeddings too.

    Raises:
        ConfigError: the model has no layer beyond these.
    """
    if not layers:
        return
    numbers = {name: _LAYER.search(name) for name, _ in model.named_parameters()}
    has = 1 + max((int(found[1]) for found in numbers.values() if found), default=-1)
    if layers >= has:
        raise ConfigError(
            f"train.freeze_layers={layers}: the base model has {has} layers; train at least one"
        )
    for name, parameter in model.named_parameters():
        found = numbers[name]
        low = int(found[1]) < layers if found else any(word in name for word in _WORDS)
        parameter.requires_grad_(not low)


def optimizer(modules: list[torch.nn.Module], decay: float) -> torch.optim.Optimizer:
    """Return AdamW that does not decay biases and layer norms (vectors, not matrices).

    The learning rate is set before every step.
    """
    trained = _trained(modules)
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups)


def add_l1_gradients(modules: list[torch.nn.Module], weight: float) -> None:
    """Add the gradients of weight x the sum of the matrices' absolute values."""
    if weight:
        for parameter in _trained(modules):
            if parameter.ndim > 1 and parameter.grad is not None:
                parameter.grad.add_(parameter.detach().sign(), alpha=weight)


def averaged(model: torch.nn.Module, decay: float | None) -> AveragedModel | None:
    """Return the exponential moving average of a model's weights; None without a decay."""
    if decay is None:
        return None
    return AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay))


def _trained(modules: list[torch.nn.Module]) -> list[torch.nn.Parameter]:
    return [p for module in modules for p in module.parameters() if p.requires_grad]
