"""The state of a run beside its output, so that a run that was ended goes on where it was.

One folder per state, complete or not there: state.json, and tensors as safetensors, those of all
processes (weights, optimizer) once, those of each (random numbers) by its rank.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from safetensors.torch import load_file, save_file

Tensors = dict[str, torch.Tensor]
STATE, SHARED = "state.json", "shared.safetensors"


@dataclass(frozen=True)
class State:
    """What a run needs to go on: plain values, tensors of all processes, and this one's."""

    values: dict[str, Any]
    shared: Tensors
    own: Tensors


@dataclass(frozen=True)
class Checkpoints:
    """States of the run that `run` names: a hash of all that decides it.

    A state of another run is not taken up, and goes away with the first state that is saved.
    """

    folder: Path
    run: str
    accelerator: Accelerator

    @staticmethod
    def beside(out: Path, run: str, accelerator: Accelerator) -> "Checkpoints":
        """The states of the run that will write to `out`: a hidden folder beside it."""
        out = out.absolute()
        return Checkpoints(out.with_name(f".{out.name}.checkpoints"), run, accelerator)

    def save(self, step: int, state: State) -> None:
        """Write the state of a step; older ones go once it is complete."""
        partial, complete = self.folder / "partial", self.folder / f"{step:010d}"
        is_main = self.accelerator.is_main_process
        if is_main:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            save_file(state.shared, partial / SHARED)
            document = {"run": self.run, **state.values}
            (partial / STATE).write_text(json.dumps(document), encoding="utf-8")
        self.accelerator.wait_for_everyone()
        save_file(state.own, partial / self._own)
        self.accelerator.wait_for_everyone()
        if is_main:
            partial.replace(complete)
            for path in self.folder.iterdir():
                if path != complete:
                    shutil.rmtree(path)

    def load(self) -> State | None:
        """The newest state of this run, None where there is none."""
        for path in sorted(self.folder.glob("[0-9]*"), reverse=True):
            values = _values(path / STATE)
            if values.pop("run", None) == self.run and (path / self._own).is_file():
                return State(values, load_file(path / SHARED), load_file(path / self._own))
        return None

    def remove(self) -> None:
        """Remove all states: the run has its output."""
        if self.accelerator.is_main_process:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _own(self) -> str:
        return f"process-{self.accelerator.process_index}.safetensors"


def with_prefix(prefix: str, tensors: Mapping[str, torch.Tensor]) -> Tensors:
    """The tensors as they can be written, under names of one group.

    Copies: what shares memory cannot be written, and what trains on would change.
    """
    return {f"{prefix}{name}": one.detach().cpu().clone() for name, one in tensors.items()}


def of_prefix(prefix: str, tensors: Mapping[str, torch.Tensor]) -> Tensors:
    """The tensors of a group, under their own names."""
    return {
        name.removeprefix(prefix): one for name, one in tensors.items() if name.startswith(prefix)
    }


def _values(path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values
