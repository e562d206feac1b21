"""Ranking metrics, NPS, intervals and held-out pairs."""
