"""A run in progress: what is trained, how far it got, and how it is saved and resumed."""

import time
from dataclasses import dataclass, field
from typing import Any, Final

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast, broadcast_object_list
from torch.optim.swa_utils import AveragedModel

from colike.snapshot.settings import TrainSettings
from colike.training.checkpoint import Checkpoints, State, Tensors, of_prefix, with_prefix
from colike.training.encoder import Encoder, encode
from colike.training.gradients import random_state, set_random_state
from colike.training.objectives.base import Objective
from colike.training.parameters import averaged, freeze, optimizer
from colike.training.progress import Progress
from colike.training.relations import Partners
from colike.training.validation import Best

_MODEL: Final = "model."
_OBJECTIVE: Final = "objective."
_OPTIMIZER: Final = "optimizer."
_AVERAGE: Final = "average."
_BEST: Final = "best."
_HARD: Final = "hard."
COUNTS: Final = ("step", "documents", "comparisons", "masked")


@dataclass
class Clock:
    """Seconds spent on steps, by the first process's clock, because all must stop together."""

    accelerator: Accelerator
    seconds: float = 0.0
    _since: float = field(default_factory=time.perf_counter)

    def tick(self) -> None:
        """Add the time since the last tick, or since the clock was restarted."""
        now = time.perf_counter()
        self.seconds = of_first_process(self.seconds + now - self._since, self.accelerator)
        self._since = now

    def restart(self) -> None:
        """Leave out the time since the last tick."""
        self._since = time.perf_counter()


@dataclass
class Running:
    """The modules as accelerate prepared them, and the state of the run."""

    encoder: torch.nn.Module
    objective: Objective[Any]
    optimizer: Any
    average: AveragedModel | None
    best: Best | None
    accelerator: Accelerator
    settings: TrainSettings
    clock: Clock
    step: int = 0
    #: Counts of this process: texts encoded, couples compared and couples masked.
    documents: int = 0
    comparisons: int = 0
    masked: int = 0
    kept_at: float = 0.0

    @staticmethod
    def begin(
        encoder: Encoder,
        objective: Objective[Any],
        settings: TrainSettings,
        accelerator: Accelerator,
        best: Best | None,
    ) -> "Running":
        """Return a run before its first step.

        Raises:
            ConfigError: freeze_layers leaves no layer to train.
        """
        freeze(encoder, settings.freeze_layers)
        # Copied before accelerate changes how the encoder is called.
        average = averaged(encoder, settings.average_decay)
        modules = [module for module in (encoder, objective.module) if module is not None]
        made = optimizer(modules, settings.weight_decay)
        prepared, made = accelerator.prepare(encoder, made)
        if objective.module is not None:
            objective.module = accelerator.prepare(objective.module)
        prepared.train()
        clock = Clock(accelerator)
        return Running(prepared, objective, made, average, best, accelerator, settings, clock)

    @property
    def modules(self) -> list[torch.nn.Module]:
        """Return everything that is trained."""
        return [module for module in (self.encoder, self.objective.module) if module is not None]

    def update(self) -> None:
        """Take one optimizer step with the accumulated gradients."""
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        if self.average is not None:
            self.average.update_parameters(self._bare(self.encoder))

    def validate(self, done: float) -> float | None:
        """Return the recall of the weights that would be kept now; None if it is not due."""
        if self.best is None or not self.best.due(done):
            return None
        value = self.best.look(self.step, done, self._kept)
        self.clock.restart()
        return value

    def mine(self) -> int | None:
        """Mine hard negatives; returns the number of pairs, None if it is not due.

        The first process does it for all, so that all draw the same ones.
        """
        mining, every = self.objective.mining, self.settings.mine_steps
        if mining is None or every is None or self.step % every:
            return None
        found: list[Partners | None] = [None]
        if self.accelerator.is_main_process:
            vectors = encode(self._bare(self.encoder), mining.items, self.accelerator)
            found = [mining.hard(vectors, self.accelerator.device)]
        if self.accelerator.num_processes > 1:
            broadcast_object_list(found)
        self.objective.hard = found[0]
        self.clock.restart()
        return len(found[0].partners) // 2 if found[0] is not None else 0

    def finish(self) -> None:
        """Unwrap the encoder from accelerate, and load the weights to keep."""
        kept = self._kept.state_dict()
        encoder = self.accelerator.unwrap_model(self.encoder, keep_fp32_wrapper=False)
        if self.best is not None and self.best.weights:
            kept = self.best.weights
        encoder.load_state_dict(kept)

    def keep(self, checkpoints: Checkpoints, progress: Progress) -> None:
        """Save the state if the last one is at least `checkpoint_minutes` old."""
        minutes = self.settings.checkpoint_minutes
        if minutes is None or self.clock.seconds - self.kept_at < minutes * 60:
            return
        self.kept_at = self.clock.seconds
        checkpoints.save(self.step, State(self._values(progress), self._tensors(), random_state()))
        self.clock.restart()

    def resume(self, checkpoints: Checkpoints, progress: Progress) -> bool:
        """Resume from the newest state of this run; returns whether there was one."""
        state = checkpoints.load()
        if state is None:
            return False
        for name in COUNTS:
            setattr(self, name, state.values[name])
        self.clock.seconds = self.kept_at = state.values["seconds"]
        progress.restore(state.values["progress"])
        for prefix, module in self._stateful().items():
            module.load_state_dict(of_prefix(prefix, state.shared))
        self._load_optimizer(of_prefix(_OPTIMIZER, state.shared))
        if self.best is not None:
            for name, value in state.values["best"].items():
                setattr(self.best, name, value)
            self.best.weights = of_prefix(_BEST, state.shared)
        hard = {name: one.numpy() for name, one in of_prefix(_HARD, state.shared).items()}
        if hard:
            self.objective.hard = Partners(**hard)
        set_random_state(state.own)
        self.clock.restart()
        return True

    @property
    def _kept(self) -> torch.nn.Module:
        return self._bare(self.encoder) if self.average is None else self.average.module

    def _bare(self, module: torch.nn.Module) -> torch.nn.Module:
        bare: torch.nn.Module = self.accelerator.unwrap_model(module)
        return bare

    def _values(self, progress: Progress) -> dict[str, Any]:
        best = self.best
        return {
            **{name: getattr(self, name) for name in COUNTS},
            "seconds": self.clock.seconds,
            "progress": progress.kept(),
            "best": {name: getattr(best, name) for name in ("made", "step", "worse", "value")}
            if best is not None
            else None,
        }

    def _tensors(self) -> Tensors:
        tensors: Tensors = {}
        for prefix, module in self._stateful().items():
            tensors |= with_prefix(prefix, module.state_dict())
        for number, one in self.optimizer.state_dict()["state"].items():
            tensors |= with_prefix(f"{_OPTIMIZER}{number}.", one)
        if self.best is not None:
            tensors |= with_prefix(_BEST, self.best.weights)
        if self.objective.mining is not None and self.objective.hard is not None:
            arrays = vars(self.objective.hard)
            tensors |= {f"{_HARD}{name}": torch.from_numpy(one) for name, one in arrays.items()}
        return tensors

    def _stateful(self) -> dict[str, torch.nn.Module]:
        found = {_MODEL: self._bare(self.encoder)}
        if self.objective.module is not None:
            found[_OBJECTIVE] = self._bare(self.objective.module)
        if self.average is not None:
            found[_AVERAGE] = self.average
        return found

    def _load_optimizer(self, tensors: Tensors) -> None:
        state: dict[int, Tensors] = {}
        for name, tensor in tensors.items():
            number, _, what = name.partition(".")
            state.setdefault(int(number), {})[what] = tensor
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state, "param_groups": groups})


def of_first_process(value: float, accelerator: Accelerator) -> float:
    """Return the first process's value."""
    if accelerator.num_processes == 1:
        return value
    shared = torch.tensor([value], dtype=torch.float64, device=accelerator.device)
    return float(broadcast(shared, from_process=0))
