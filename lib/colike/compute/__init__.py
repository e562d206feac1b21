"""Numbers without Spark: array types, compiled functions, top-k, batch sizes, ragged rows."""
