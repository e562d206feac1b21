"""The training loop: plain torch, with accelerate for device, bf16, clipping and processes."""

import math
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import torch
from accelerate import Accelerator

from colike.errors import ColikeError
from colike.snapshot.settings import TrainSettings
from colike.training.checkpoint import Checkpoints
from colike.training.encoder import Encoder
from colike.training.gradients import Backward, Loss, gathered, own_items
from colike.training.objectives.base import Objective, Share
from colike.training.parameters import add_l1_gradients
from colike.training.progress import Point, Progress, peak_memory
from colike.training.readers.sampler import steps_in
from colike.training.running import Running
from colike.training.schedule import Schedule
from colike.training.validation import Best

StoppedBy = Literal["steps", "minutes", "patience"]


@dataclass(frozen=True)
class Trained:
    """How a run went; documents, comparisons and masked are counts of this process."""

    steps: int
    planned_steps: int
    seconds: float
    documents: int
    comparisons: int
    masked: int
    stopped_by: StoppedBy
    learning_rate: float
    batch_size: int
    #: Recall at the step whose weights were kept, and that step; None without validation.
    recall: float | None
    best_step: int | None


def plan(objective: Objective[Any], settings: TrainSettings, world_size: int) -> tuple[int, int]:
    """Return the epochs to read and the steps to take, unless the minutes end them earlier."""
    batch_size = settings.batch_size or objective.default_batch_size
    batch = batch_size * settings.accumulate
    if settings.max_steps is not None:
        together = batch * world_size
        return math.ceil(settings.max_steps * together / objective.rows), settings.max_steps
    epochs = settings.epochs or objective.default_epochs
    if objective.in_batch:
        batch, world_size = batch * world_size, 1
    return epochs, max(1, steps_in(objective.rows, epochs, batch, world_size))


@dataclass
class Trainer:
    """Trains an encoder in place, with its model's own dropout.

    Args:
        encoder: what is trained.
        objective: the batches and their loss; its own module, if any, is trained too.
        settings: batches, learning rate, and when to stop.
        accelerator: device, precision and processes.
        progress: where the main process reports points.
        best: validates and keeps the best weights; None keeps the last ones.
        checkpoints: where the state of the run is saved; None saves none.
    """

    encoder: Encoder
    objective: Objective[Any]
    settings: TrainSettings
    accelerator: Accelerator
    progress: Progress
    best: Best | None = None
    checkpoints: Checkpoints | None = None

    def run(self) -> Trained:
        """Train until the steps, the minutes or the patience are used up."""
        world_size = self.accelerator.num_processes
        epochs, planned = plan(self.objective, self.settings, world_size)
        schedule = Schedule(
            planned_steps=planned,
            warmup_steps=self.settings.warmup_steps,
            max_seconds=self.settings.max_minutes * 60,
            repeatable=self.settings.max_steps is not None,
            decay=self.settings.schedule,
        )
        running = Running.begin(
            self.encoder, self.objective, self.settings, self.accelerator, self.best
        )
        is_resumed = self.checkpoints is not None and running.resume(
            self.checkpoints, self.progress
        )
        if self.accelerator.is_main_process:
            self._say_where_it_begins(running.step if is_resumed else None)
        stopped_by = self._steps(running, schedule, self._share(epochs, running.step))
        running.finish()
        return Trained(
            running.step, planned, running.clock.seconds, running.documents, running.comparisons,
            running.masked, stopped_by,
            self._peak, self._batch_size,
            self.best.value if self.best else None, self.best.step if self.best else None,
        )  # fmt: skip

    def _share(self, epochs: int, step: int) -> Share:
        rank, world_size = self.accelerator.process_index, self.accelerator.num_processes
        start = step * self.settings.accumulate
        if self.objective.in_batch:
            return Share(epochs, self._batch_size * world_size, start=start)
        return Share(epochs, self._batch_size, rank, world_size, start)

    def _say_where_it_begins(self, step: int | None) -> None:
        damaged = [] if self.checkpoints is None else self.checkpoints.damaged()
        for path in damaged:
            self.progress.say(
                "damaged", f"{path} is not as it was saved; training does not resume from it"
            )
        if step is not None:
            self.progress.say("resume", f"resumes after step {step}", step=step)

    def _steps(self, running: Running, schedule: Schedule, share: Share) -> StoppedBy:
        batches = self.objective.steps(share)
        losses: list[torch.Tensor] = []
        ended = schedule.ended(running.step, running.clock.seconds)
        while not ended:
            together = list(islice(batches, self.settings.accumulate))
            if not together:
                break
            rate = self._peak * schedule.factor(running.step, running.clock.seconds)
            losses.append(self._step(running, together, rate))
            running.clock.tick()
            ended = schedule.ended(running.step, running.clock.seconds)
            if ended or running.step % self.settings.log_every_steps == 0:
                self._report(running, schedule, losses, rate)
                losses = []
            if self._validated(running, schedule):
                return "patience"
            if not ended:
                self._mined(running)
            if self.checkpoints is not None and not ended:
                running.keep(self.checkpoints, self.progress)
        return "steps" if running.step >= schedule.planned_steps else "minutes"

    def _step(self, running: Running, batches: list[Any], rate: float) -> torch.Tensor:
        """One update from batches whose gradients are added up; returns their mean loss."""
        for group in running.optimizer.param_groups:
            group["lr"] = rate
        backward = Backward(running.encoder, self.accelerator, self.settings.encoded_at_once)
        losses = []
        for number, batch in enumerate(batches):
            draw = running.step * self.settings.accumulate + number
            items = batch.items
            if self.objective.in_batch:
                items = own_items(items, self.accelerator)
            last = number == len(batches) - 1
            losses.append(backward.add(items, draw, self._loss(batch, len(batches)), last=last))
            running.documents += len(items)
            running.comparisons += batch.comparisons
            running.masked += batch.masked
        add_l1_gradients(running.modules, self.settings.l1)
        trained = [p for module in running.modules for p in module.parameters()]
        self.accelerator.clip_grad_norm_(trained, self.settings.max_grad_norm)
        running.update()
        return torch.stack(losses).sum()

    def _loss(self, batch: Any, batches: int) -> Loss:
        def loss(vectors: torch.Tensor) -> torch.Tensor:
            if self.objective.in_batch:
                vectors = gathered(vectors, len(batch.items), self.accelerator)
            return self.objective.loss(vectors, batch) / batches

        return loss

    def _validated(self, running: Running, schedule: Schedule) -> bool:
        """Validate if it is due; returns whether patience has run out."""
        recall = running.validate(schedule.done(running.step, running.clock.seconds))
        if recall is None or self.best is None:
            return False
        if self.accelerator.is_main_process:
            self.progress.validation(running.step, recall, is_best=self.best.step == running.step)
        return self.best.is_over

    def _mined(self, running: Running) -> None:
        pairs = running.mine()
        if pairs is not None and self.accelerator.is_main_process:
            text = f"step {running.step}: {pairs} pairs of items are hard negatives now"
            self.progress.say("mined", text, step=running.step, pairs=pairs)

    @property
    def _peak(self) -> float:
        return self.settings.learning_rate or self.objective.default_learning_rate

    @property
    def _batch_size(self) -> int:
        return self.settings.batch_size or self.objective.default_batch_size

    def _report(
        self, running: Running, schedule: Schedule, losses: list[torch.Tensor], rate: float
    ) -> None:
        if self.accelerator.is_main_process:
            seconds = running.clock.seconds
            # The loss is read from the device only here, because each read makes a GPU wait.
            loss = float(torch.stack(losses).mean())
            if not math.isfinite(loss):
                raise ColikeError(
                    f"The loss is {loss} at step {running.step}, so the weights are worthless and "
                    f"nothing was kept: lower train.learning_rate (it is {self._peak:g}), or set "
                    "train.precision to fp32."
                )
            speed = running.documents / seconds * self.accelerator.num_processes
            left = schedule.left(running.step, seconds)
            self.progress.point(Point(running.step, loss, rate, speed, left, peak_memory()))
