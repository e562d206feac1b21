"""The training loop: plain torch, with accelerate for device, bf16, clipping and processes."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast

from colike.training.encoder import Encoder
from colike.training.objectives.base import Objective, Share
from colike.training.progress import Point, Progress
from colike.training.readers.sampler import steps_in
from colike.training.schedule import Schedule
from colike.training.settings import TrainSettings


@dataclass(frozen=True)
class Trained:
    """How a run went; documents are the texts encoded by this process."""

    steps: int
    planned_steps: int
    seconds: float
    documents: int
    stopped_by: Literal["steps", "minutes"]
    learning_rate: float


def plan(objective: Objective[Any], settings: TrainSettings, world_size: int) -> tuple[int, int]:
    """Epochs to read and steps to take, as far as minutes allow."""
    together = settings.batch_size * world_size
    if settings.max_steps is not None:
        return math.ceil(settings.max_steps * together / objective.rows), settings.max_steps
    epochs = settings.epochs or objective.default_epochs
    return epochs, max(1, steps_in(objective.rows, epochs, settings.batch_size, world_size))


@dataclass
class Trainer:
    """Trains all layers of an encoder in place, with dropout as its model has it."""

    encoder: Encoder
    objective: Objective[Any]
    settings: TrainSettings
    accelerator: Accelerator
    progress: Progress

    def run(self) -> Trained:
        """Train until the steps or the minutes are used up; the main process tells points."""
        world_size = self.accelerator.num_processes
        epochs, planned = plan(self.objective, self.settings, world_size)
        schedule = Schedule(
            planned_steps=planned,
            warmup_steps=self.settings.warmup_steps,
            max_seconds=self.settings.max_minutes * 60,
            repeatable=self.settings.max_steps is not None,
        )
        optimizer = _optimizer(self.encoder, self._peak, self.settings.weight_decay)
        encoder, optimizer = self.accelerator.prepare(self.encoder, optimizer)
        encoder.train()
        batches = self.objective.steps(Share(epochs, self.accelerator.process_index, world_size))
        trained = self._steps(encoder, optimizer, batches, schedule)
        # Undo what prepare() did to the encoder's forward, so that it can be used as before.
        self.accelerator.unwrap_model(encoder, keep_fp32_wrapper=False)
        return trained

    def _steps(
        self,
        encoder: torch.nn.Module,
        optimizer: torch.optim.Optimizer,
        batches: Iterator[Any],
        schedule: Schedule,
    ) -> Trained:
        start = time.perf_counter()
        step, documents, elapsed = 0, 0, 0.0
        losses: list[torch.Tensor] = []
        for batch in batches:
            rate = self._peak * schedule.factor(step, elapsed)
            for group in optimizer.param_groups:
                group["lr"] = rate
            loss = self.objective.loss(encoder(batch.items), batch)
            losses.append(self._update(encoder, optimizer, loss))
            step, documents = step + 1, documents + len(batch.items)
            elapsed = self._elapsed(start)
            ended = schedule.ended(step, elapsed)
            if ended or step % self.settings.log_every_steps == 0:
                self._tell(step, losses, rate, documents / elapsed, schedule.left(step, elapsed))
                losses = []
            if ended:
                break
        by_steps = step >= schedule.planned_steps
        stopped_by: Literal["steps", "minutes"] = "steps" if by_steps else "minutes"
        return Trained(step, schedule.planned_steps, elapsed, documents, stopped_by, self._peak)

    @property
    def _peak(self) -> float:
        return self.settings.learning_rate or self.objective.default_learning_rate

    def _update(
        self, encoder: torch.nn.Module, optimizer: torch.optim.Optimizer, loss: torch.Tensor
    ) -> torch.Tensor:
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(encoder.parameters(), self.settings.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad()
        return loss.detach()

    def _elapsed(self, since: float) -> float:
        """Seconds since the start by the first process's clock: all have to stop together."""
        seconds = time.perf_counter() - since
        if self.accelerator.num_processes == 1:
            return seconds
        shared = torch.tensor([seconds], dtype=torch.float32, device=self.accelerator.device)
        return float(broadcast(shared, from_process=0))

    def _tell(
        self, step: int, losses: list[torch.Tensor], rate: float, speed: float, left: float
    ) -> None:
        if self.accelerator.is_main_process:
            # The loss is read from the device here only: reading it makes a GPU wait.
            loss = float(torch.stack(losses).mean())
            speed *= self.accelerator.num_processes
            self.progress.point(Point(step, loss, rate, speed, left))


def _optimizer(model: torch.nn.Module, rate: float, decay: float) -> torch.optim.Optimizer:
    """AdamW; biases and layer norms (vectors, not matrices) are not decayed."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate)
