"""The config that a store's lists were made with, kept beside its tables."""

from pydantic import ValidationError

from colike.config.models import Config
from colike.errors import StoreError

CONFIG_FILE = "config.json"


def saved_config(text: str | None, where: str) -> Config:
    """Return the config that a store's recommendations were made with.

    Args:
        text: The text of its CONFIG_FILE, None where there is none.
        where: The store's files, for the message.

    Raises:
        StoreError: No run has made recommendations in this store yet, or the file was damaged or
            made by another release.
    """
    if text is None:
        raise StoreError(
            f"{where}/{CONFIG_FILE} is missing: this store has no recommendations yet; run the "
            "chain first: colike run CONF --store STORE."
        )
    try:
        return Config.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise StoreError(
            f"{where}/{CONFIG_FILE} is damaged or of another release of colike ({place}: "
            f"{first['msg']}); run the chain again, which writes it."
        ) from error
