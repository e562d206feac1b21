"""The state of a run, saved next to its output, so that an interrupted run resumes.

One folder per state, which appears whole or not at all: state.json, and tensors as safetensors.
What all processes share (weights, optimizer) is saved once, what each has of its own (random
numbers) under its rank. sha256.json has the hash of each file: a damaged state is passed over.
"""

import hashlib
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
STATE, SHARED, HASHES = "state.json", "shared.safetensors", "sha256.json"


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
            (partial / HASHES).write_text(json.dumps(_hashes(partial)), encoding="utf-8")
            partial.replace(complete)
            for path in self.folder.iterdir():
                if path != complete:
                    shutil.rmtree(path)

    def load(self) -> State | None:
        """Return the newest state of this run that is whole, None if there is none."""
        for path in sorted(self.folder.glob("[0-9]*"), reverse=True):
            if not self.is_whole(path):
                continue
            values: dict[str, Any] = json.loads((path / STATE).read_text(encoding="utf-8"))
            if values.pop("run") == self.run:
                return State(values, load_file(path / SHARED), load_file(path / self._own))
        return None

    def damaged(self) -> list[Path]:
        """Return the states that are not as they were saved."""
        return [path for path in sorted(self.folder.glob("[0-9]*")) if not self.is_whole(path)]

    def is_whole(self, path: Path) -> bool:
        """Return whether a state has the files that each process needs, as they were saved."""
        needed = {STATE, SHARED, *map(_own, range(self.accelerator.num_processes))}
        try:
            saved = json.loads((path / HASHES).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(saved == _hashes(path) and needed <= set(saved))

    def remove(self) -> None:
        """Remove all states, once the run has its output."""
        if self.accelerator.is_main_process:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _own(self) -> str:
        return _own(self.accelerator.process_index)


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


def _own(process: int) -> str:
    return f"process-{process}.safetensors"


def _hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 (hex) of each file of a state but that of the hashes, by name."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name != HASHES and path.is_file():
            with path.open("rb") as file:
                found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
