"""The champion: which source analysts see, and its published rows."""
