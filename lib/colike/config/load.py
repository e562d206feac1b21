"""From YAML layers and `--set` to a `Config`, with errors that name file, path and keys."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from colike.config.errors import config_error
from colike.config.models import Config
from colike.config.yaml import parse
from colike.errors import ConfigError

Tree = dict[str, Any]
Origins = dict[str, str]
BASE = "base.yml"
#: Where packaged configs are, as the user writes it; a file of that path comes first.
PACKAGED = Path("conf")


def load_config(path: str | Path, overrides: Iterable[str] = ()) -> Config:
    """Return the config of `path` laid over conf/base.yml, then `a.b=c` overrides.

    Mappings are merged key by key; null takes the place of one.

    Args:
        path: A YAML file, or the name of one that the package carries (`conf/demo.yml`).
        overrides: Texts `a.b=c`; `c` is read as YAML.

    Raises:
        ConfigError: For a file that is missing or not YAML, and for an unknown, missing or
            wrong key, naming the file, the path and the keys allowed there.
    """
    tree: Tree = {}
    origins: Origins = {}
    for name, text in ((BASE, _packaged(BASE).read_text("utf-8")), (str(path), _read(path))):
        _lay(tree, _parse(text, name), origins, name)
    for override in overrides:
        _lay(tree, _parse_override(override), origins, f"--set {override}")
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        raise config_error(error, origins, str(path)) from error


def config_hash(value: Any) -> str:
    """Return the sha256 (hex) of a config, or of part of one, in canonical JSON."""
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _packaged(name: str) -> Traversable:
    return resources.files("colike.conf").joinpath(name)


def _read(path: str | Path) -> str:
    file = Path(path)
    if file.is_file():
        return _decoded(file)
    if file.parent == PACKAGED and _packaged(file.name).is_file():
        return _packaged(file.name).read_text("utf-8")
    carried = ", ".join(f"{PACKAGED}/{name}" for name in _carried())
    raise ConfigError(
        f"Config file {path} does not exist; give the path of a YAML file, or one of those that "
        f"colike carries: {carried}."
    )


def _decoded(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8.") from None


def _carried() -> list[str]:
    names = (each.name for each in resources.files("colike.conf").iterdir())
    return sorted(name for name in names if name.endswith(".yml") and name != BASE)


def _parse(text: str, name: str) -> Tree:
    try:
        tree = parse(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{name} is not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(tree, dict):
        raise ConfigError(f"{name} must be a YAML mapping of sections such as `data:`.")
    return tree


def _parse_override(text: str) -> Tree:
    path, sign, value = text.partition("=")
    if not sign or not path:
        raise ConfigError(f"--set {text}: write it as section.key=value.")
    tree: Any = _parse_value(value, text)
    for key in reversed(path.strip().split(".")):
        tree = {key: tree}
    return dict(tree)


def _parse_value(value: str, text: str) -> Any:
    try:
        return parse(value)
    except yaml.YAMLError as error:
        raise ConfigError(f"--set {text}: the value is not valid YAML.") from error


def _lay(under: Tree, over: Mapping[str, Any], origins: Origins, name: str, at: str = "") -> None:
    for key, value in over.items():
        path = f"{at}{key}"
        if isinstance(value, dict) and isinstance(under.get(key), dict):
            _lay(under[key], value, origins, name, f"{path}.")
        else:
            under[key] = value
            _note_origin(value, origins, name, path)


def _note_origin(value: Any, origins: Origins, name: str, path: str) -> None:
    origins[path] = name
    if isinstance(value, dict):
        for key, below in value.items():
            _note_origin(below, origins, name, f"{path}.{key}")
