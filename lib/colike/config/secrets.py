"""What must not be shown: secrets of configs and of the environment, wherever a text goes out.

Secrets are the values of `spark.*` settings whose names say so, passwords and tokens in URLs, and
values of environment variables whose names end so. A process remembers those of the configs that
it has read, since an error that comes back from a service may repeat them.
"""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

HIDDEN: Final = "***"
SPARK: Final = "spark"
#: Names of what is secret.
_NAME = r"(?:secret|passw|\bpwd\b|token|credential|key|signature|\bsig\b)"
SECRET: Final = re.compile(_NAME, re.IGNORECASE)
#: Before, the secret: `//user:PASSWORD@`, `https://TOKEN@`, `?token=VALUE` and `-Dkey=VALUE`.
#: A password may have an @, or a slash unless it is a port by what it looks like.
IN_TEXT: Final = (
    re.compile(r"(://[^/@\s:]*:)(?!\d+[/?#])([^/\s'\"]+)(?=@)"),
    re.compile(r"(://[^/@\s:]*:)(?!\d+[/?#])([^@\s'\"]+)(?=@)"),
    re.compile(r"(https?://)([^/@\s:]+)(?=@)", re.IGNORECASE),
    re.compile(rf"([?&;#][\w.-]*{_NAME}[\w.-]*=)([^&;#\s'\"]+)", re.IGNORECASE),
    re.compile(rf"(-D[\w.-]*{_NAME}[\w.-]*=)([^\s'\"]+)", re.IGNORECASE),
)
IN_ENVIRONMENT: Final = re.compile(
    r"(?:(?:API|ACCESS|ACCOUNT|STORAGE|SECRET|PRIVATE)_?KEY|SECRET|TOKEN|PASSWORD)$"
)
#: Shorter values are words and numbers that stand in messages for other reasons.
SHORTEST: Final = 6

_known: set[str] = set()


def remember(config: Any) -> None:
    """Remember the secrets of a config, as a tree of mappings, for as long as the process lives."""
    _known.update(value for value in _found(config) if _is_telling(value))


def concealed(text: str) -> str:
    """Return a text as it may be shown: without the secrets of configs, environment and URLs."""
    environment = {
        value
        for name, value in os.environ.items()
        if IN_ENVIRONMENT.search(name) and _is_telling(value)
    }
    for value in sorted({*_known, *environment}, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return _without_urls(text)


def masked(config: Any) -> Any:
    """Return a config, as a tree, without its secrets; one that has none is returned as it is."""
    if not isinstance(config, Mapping):
        return _masked(config)
    tree = {name: _masked(value) for name, value in config.items()}
    spark = config.get(SPARK)
    if isinstance(spark, Mapping):
        tree[SPARK] = {
            name: HIDDEN if is_secret(str(name)) else _masked(value)
            for name, value in spark.items()
        }
    return tree


def quotable(override: str) -> str:
    """Return an override `a.b=c` as a message may quote it.

    >>> quotable("spark={spark.my.password: x"), quotable("train.max_tokens=0")
    ('spark=***', 'train.max_tokens=0')
    """
    path = override.partition("=")[0]
    hides = path.strip().startswith(SPARK) and is_secret(override)
    return f"{path}={HIDDEN}" if hides else override


def is_secret(name: str) -> bool:
    """Return whether a setting of Spark is a secret, by its name.

    >>> is_secret("spark.hadoop.fs.s3a.secret.key"), is_secret("spark.driver.memory")
    (True, False)
    """
    return SECRET.search(name) is not None


def _without_urls(text: str) -> str:
    """Return a text without what is secret in its URLs and Java options.

    >>> _without_urls("postgresql://me:pass@host/db, https://h/x?sig=a%2B&v=1 -Dmy.password=b")
    'postgresql://me:***@host/db, https://h/x?sig=***&v=1 -Dmy.password=***'
    """
    for pattern in IN_TEXT:
        text = pattern.sub(rf"\1{HIDDEN}", text)
    return text


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return _without_urls(value)
    if isinstance(value, Mapping):
        return {name: _masked(below) for name, below in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(below) for below in value]
    return value


def _found(config: Any) -> Iterator[str]:
    """Yield the secrets of a config, which may be of any form: it is not validated yet."""
    if isinstance(config, Mapping):
        yield from _hidden(config.get(SPARK), False)
    for text in _texts(config):
        for pattern in IN_TEXT:
            yield from (found[2] for found in pattern.finditer(text))


def _hidden(value: Any, is_hidden: bool) -> Iterator[str]:
    """Yield what lies below secret names."""
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from _hidden(below, is_hidden or is_secret(str(name)))
    elif isinstance(value, list | tuple):
        for below in value:
            yield from _hidden(below, is_hidden)
    elif is_hidden:
        yield str(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for below in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(below)


def _is_telling(value: str) -> bool:
    return len(value) >= SHORTEST and value != HIDDEN
