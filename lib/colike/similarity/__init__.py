"""Counts co-likes of items and computes their Jaccard."""
