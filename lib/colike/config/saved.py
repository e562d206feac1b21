"""The config that a store's lists were made with, kept beside its tables."""

from pathlib import Path

from colike.config.models import Config
from colike.errors import StoreError

CONFIG_FILE = "config.json"


def saved_config(folder: Path) -> Config:
    """Return the config that the store's recommendations were made with.

    Raises:
        StoreError: No run has made recommendations in this store yet.
    """
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise StoreError(
            f"{path} is missing: this store has no recommendations yet; run the chain first: "
            "colike run CONF --store STORE."
        )
    return Config.model_validate_json(path.read_text("utf-8"))
