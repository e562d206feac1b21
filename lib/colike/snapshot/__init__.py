"""What the driver and the training worker agree on: settings and manifest of a snapshot."""
