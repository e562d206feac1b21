"""Labelled training pairs: positives from similarity, and several kinds of negatives."""
