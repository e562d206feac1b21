"""Gradients of one batch: in parts that fit the memory, and over several processes."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch.distributed.nn.functional import all_gather

Items = NDArray[np.int32]
#: The loss of all vectors of a batch.
Loss = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Backward:
    """Adds the gradients of batches to the parameters of an encoder.

    If only `at_once` texts fit into memory, all are first encoded without gradients, the loss gives
    the gradient of each vector, and the texts are encoded again, in parts, to backpropagate it:
    Gao et al. 2021, "Scaling deep contrastive learning batch size under memory limited setup".

    Args:
        encoder: a module from item_idx and a draw to unit vectors, as `accelerator` prepared it.
        accelerator: the processes.
        at_once: texts whose gradients are held at once; None for all of a batch.
    """

    encoder: torch.nn.Module
    accelerator: Accelerator
    at_once: int | None

    def add(self, items: Items, draw: int, loss: Loss, *, last: bool) -> torch.Tensor:
        """Add the gradients of a batch; returns its loss, without gradients.

        Args:
            items: item_idx of this process's texts.
            draw: which sentences are left out of them.
            loss: from their vectors, in the order of `items`.
            last: whether a step follows; only then do the processes average their gradients.
        """
        if self.at_once is None or len(items) <= self.at_once:
            with self._joined(last):
                value = loss(self.encoder(items, draw))
                self.accelerator.backward(value)
            return value.detach()
        parts = np.split(items, range(self.at_once, len(items), self.at_once))
        states, vectors = [], []
        with torch.no_grad():
            for part in parts:
                states.append(random_state())
                vectors.append(self.encoder(part, draw))
        whole = torch.cat(vectors).requires_grad_()
        value = loss(whole)
        self.accelerator.backward(value)
        gradients = (
            whole.grad.split([len(part) for part in parts]) if whole.grad is not None else ()
        )
        for number, (part, state, gradient) in enumerate(
            zip(parts, states, gradients, strict=True)
        ):
            # The same dropout as the first time.
            set_random_state(state)
            with self._joined(last and number == len(parts) - 1):
                torch.autograd.backward(self.encoder(part, draw), gradient)
        return value.detach()

    def _joined(self, last: bool) -> AbstractContextManager[None]:
        return nullcontext() if last else self.accelerator.no_sync(self.encoder)


def own_items(items: Items, accelerator: Accelerator) -> Items:
    """Return the texts of a common batch that this process encodes, as many in each process.

    The last text is encoded more than once if they do not divide evenly.
    """
    each = -(-len(items) // accelerator.num_processes)
    mine = np.arange(each) * accelerator.num_processes + accelerator.process_index
    own: Items = items[np.minimum(mine, len(items) - 1)]
    return own


def gathered(own: torch.Tensor, texts: int, accelerator: Accelerator) -> torch.Tensor:
    """Return the vectors of a common batch from those of `own_items`, with gradients.

    Every process computes the loss of the whole batch, so a vector's gradient arrives once from
    each of them, and the average over the processes is the gradient of one process with the whole
    batch.
    """
    if accelerator.num_processes == 1:
        return own
    parts = torch.stack(all_gather(own.contiguous()), dim=1)
    return parts.reshape(-1, own.shape[1])[:texts]


def random_state() -> dict[str, torch.Tensor]:
    """Return the state of torch's random generators, of the CPU and of this process's GPU."""
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def set_random_state(state: dict[str, torch.Tensor]) -> None:
    """Continue with the random numbers that followed `random_state`."""
    torch.set_rng_state(state["cpu"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])
