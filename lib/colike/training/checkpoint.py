"""The state of a run, saved next to its output, so that an interrupted run resumes.

One folder per state, which appears whole or not at all: state.json, and tensors as safetensors.
What all processes share (weights, optimizer) is saved once, what each has of its own (random
numbers) under its rank.
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
    """What a run needs to resume: plain values, shared tensors, and this process's own."""

    values: dict[str, Any]
    shared: Tensors
    own: Tensors


@dataclass(frozen=True)
class Checkpoints:
    """States of one run, identified by `run`, a hash of everything that decides its result.

    States of other runs are ignored, and removed when this run saves its first one.
    """

    folder: Path
    run: str
    accelerator: Accelerator

    @staticmethod
    def next_to(out: Path, run: str, accelerator: Accelerator) -> "Checkpoints":
        """Return the states of the run that will write to `out`: a hidden folder next to it."""
        out = out.absolute()
        return Checkpoints(out.with_name(f".{out.name}.checkpoints"), run, accelerator)

    def save(self, step: int, state: State) -> None:
        """Write the state of a step, then remove older ones."""
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
        """Return the newest state of this run, None if there is none."""
        for path in sorted(self.folder.glob("[0-9]*"), reverse=True):
            values = _values(path / STATE)
            if values.pop("run", None) == self.run and (path / self._own).is_file():
                return State(values, load_file(path / SHARED), load_file(path / self._own))
        return None

    def remove(self) -> None:
        """Remove all states, once the run has its output."""
        if self.accelerator.is_main_process:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _own(self) -> str:
        return f"process-{self.accelerator.process_index}.safetensors"


def with_prefix(prefix: str, tensors: Mapping[str, torch.Tensor]) -> Tensors:
    """Return copies of the tensors on the CPU, with a prefix to their names.

    Copies, because safetensors refuses tensors that share memory, and training changes them.
    """
    return {f"{prefix}{name}": one.detach().cpu().clone() for name, one in tensors.items()}


def of_prefix(prefix: str, tensors: Mapping[str, torch.Tensor]) -> Tensors:
    """Return the tensors whose names have the prefix, without it."""
    return {
        name.removeprefix(prefix): one for name, one in tensors.items() if name.startswith(prefix)
    }


def _values(path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values
