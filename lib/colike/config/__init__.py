"""The typed configuration: models, YAML layers, overrides."""

from colike.config.load import config_hash, load_config
from colike.config.models import Config

__all__ = ["Config", "config_hash", "load_config"]
