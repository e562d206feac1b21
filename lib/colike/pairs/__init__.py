"""Labelled training pairs drawn from similarity, and their snapshot."""
