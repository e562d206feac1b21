"""From raw files to checked ratings, items and histories; and generated data."""
