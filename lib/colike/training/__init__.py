"""The training worker: runs from a snapshot folder, without Spark."""
