"""The typed configuration: models, YAML layers, overrides."""
