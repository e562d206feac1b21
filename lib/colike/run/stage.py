"""A stage of the chain as one object: what it reads and writes, and the function that runs it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from colike.config import Config, config_hash
from colike.run.inputs import Inputs
from colike.run.outputs import Outputs
from colike.run.settings import Settings


def _no_check(settings: Settings) -> None:
    """Accept all settings."""


def _nothing_lost(inputs: Inputs) -> None:
    """Say that all stands."""


def _no_files(inputs: Inputs, settings: Settings) -> str:
    return ""


@dataclass(frozen=True)
class Stage:
    """A function of declared tables and config sections.

    Attributes:
        name: The job's name, and that of its module in colike.jobs.
        reads: Tables that it reads; their pins are part of its key.
        writes: Tables that it writes.
        sections: Sections of the config that it reads, or properties of it that are sections.
        run: What it does.
        continues: Tables whose last rows it starts from or reads as a cache. Their versions are no
            part of the key: they save work, and decide no result.
        fingerprint: Hash of inputs that are no tables: files, installed weights.
        check: Raises ConfigError for settings that cannot work; called before any stage runs.
        keeps_config: Whether the store's config.json is that of this stage's last success.
        lost: Returns what the stage has made that is no table and is not there any more, as a
            message; None where all stands. Then it is not done.
        defined_in: The module that its code version starts from, of a stage that is no job.
        makes_views: Whether the views of a catalog are made again when it has written.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    sections: tuple[str, ...]
    run: Callable[[Inputs, Settings], Outputs]
    continues: tuple[str, ...] = ()
    fingerprint: Callable[[Inputs, Settings], str] = _no_files
    check: Callable[[Settings], None] = _no_check
    keeps_config: bool = False
    lost: Callable[[Inputs], str | None] = _nothing_lost
    makes_views: bool = False
    defined_in: str | None = None

    @property
    def module(self) -> str:
        """The module that its code version starts from: that of its job."""
        return self.defined_in or f"colike.jobs.{self.name}"

    def settings(self, config: Config | None) -> Settings:
        """Return the declared sections of a config; without one, a stage that declares none."""
        return Settings(self.name, {name: getattr(config, name) for name in self.sections})

    def section_hashes(self, config: Config | None) -> dict[str, str]:
        """Return a hash of each declared section, by name."""
        return {name: config_hash(_dumped(getattr(config, name))) for name in self.sections}


def _dumped(section: Any) -> Any:
    dump = getattr(section, "model_dump", None)
    # Section `train` is a dataclass that the worker reads too, without pydantic.
    return vars(section) if dump is None else dump(mode="json")
