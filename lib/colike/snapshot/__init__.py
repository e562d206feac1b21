"""What the driver and the training worker share: a snapshot's settings and its manifest."""
