"""Programs that run one system once, each in its own process."""
