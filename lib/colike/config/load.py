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

from colike.config.errors import config_error, shown
from colike.config.models import Config
from colike.config.secrets import SPARK, quotable, remember
from colike.config.yaml import MOST_CHARACTERS, MOST_LEVELS, fault_of, parse
from colike.errors import ConfigError

Tree = dict[str, Any]
Origins = dict[str, str]
BASE = "base.yml"
#: UTF-8 has at most four for a character.
MOST_BYTES = 4 * MOST_CHARACTERS
#: Where packaged configs are, as the user writes it; a file of that path comes first.
PACKAGED = Path("conf")


def load_config(path: str | Path, overrides: Iterable[str] = ()) -> Config:
    """Return the config of `path` laid over conf/base.yml, then `a.b=c` overrides.

    Mappings are merged key by key; null takes the place of one.

    Args:
        path: A YAML file, or the name of one that the package carries (`conf/demo.yml`).
        overrides: Texts `a.b=c`; `c` is read as YAML, but `spark.x.y=c` is Spark's setting of that
            name, a text.

    Raises:
        ConfigError: For a file that is missing or not YAML, and for an unknown, missing or
            wrong key, naming the file, the path and the keys allowed there.
    """
    tree: Tree = {}
    origins: Origins = {}
    try:
        for name, text in ((BASE, _packaged(BASE).read_text("utf-8")), (str(path), _read(path))):
            _lay(tree, _parse(text, name), origins, name)
        for override in overrides:
            _lay(tree, _parse_override(override), origins, f"--set {quotable(override)}")
        remember(tree)
        return Config.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(shown(config_error(error, origins, str(path)))) from error
    except ConfigError as error:
        raise ConfigError(shown(error)) from error


def config_hash(value: Any) -> str:
    """Return the sha256 (hex) of a config, or of part of one, in canonical JSON."""
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _packaged(name: str) -> Traversable:
    return resources.files("colike.conf").joinpath(name)


def _read(path: str | Path) -> str:
    file = Path(path)
    if _is_there(file):
        return _decoded(file)
    if file.parent == PACKAGED and _packaged(file.name).is_file():
        return _packaged(file.name).read_text("utf-8")
    carried = ", ".join(f"{PACKAGED}/{name}" for name in _carried())
    raise ConfigError(
        f"Config file {path} does not exist; give the path of a YAML file, or one of those that "
        f"colike carries: {carried}."
    )


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # a name that no file can have
        return False


def _decoded(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            # One more than is read: then it is out of bounds, which `parse` says.
            return stream.read(MOST_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start > MOST_BYTES - 4:  # in the middle of a letter
            raise ConfigError(f"{file} has more than {MOST_BYTES:,} bytes.") from None
        raise ConfigError(f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}); give a text file.") from error


def _carried() -> list[str]:
    names = (each.name for each in resources.files("colike.conf").iterdir())
    return sorted(name for name in names if name.endswith(".yml") and name != BASE)


def _parse(text: str, name: str) -> Tree:
    try:
        tree = parse(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{name} is not valid YAML: {fault_of(error)}.") from error
    if not isinstance(tree, dict):
        raise ConfigError(f"{name} must be a YAML mapping of sections such as `data:`.")
    return tree


def _parse_override(text: str) -> Tree:
    path, sign, value = text.partition("=")
    if not sign or not path:
        raise ConfigError(f"--set {text}: write it as section.key=value.")
    keys = path.strip().split(".")
    if len(keys) > MOST_LEVELS:
        raise ConfigError(f"--set {quotable(text)}: it is more than {MOST_LEVELS} levels deep.")
    tree: Any = _parse_value(value, text)
    if keys[0] == SPARK and len(keys) > 1:
        # Spark's names have dots and begin as the section is called; its values are texts.
        name = path.strip().removeprefix(f"{SPARK}.") if keys[1] == SPARK else path.strip()
        is_written_so = tree is None or isinstance(tree, int | float)
        return {SPARK: {name: value.strip() if is_written_so else tree}}
    for key in reversed(keys):
        tree = {key: tree}
    return dict(tree)


def _parse_value(value: str, text: str) -> Any:
    try:
        return parse(value)
    except yaml.YAMLError as error:
        fault = fault_of(error)
        raise ConfigError(f"--set {quotable(text)}: it is not valid YAML: {fault}.") from error


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
