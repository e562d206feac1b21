"""colike: from ratings and item texts to recommendations for every user."""

__version__ = "0.1.0"
