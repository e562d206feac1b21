"""Exports snapshots, starts the training worker and relays its progress, tells MLflow."""
