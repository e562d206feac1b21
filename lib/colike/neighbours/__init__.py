"""Item to item: exact nearest neighbours by source."""
