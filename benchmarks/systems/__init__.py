"""Programs that run one system once, each in a process of its own."""
