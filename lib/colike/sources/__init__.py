"""The sources of recommendations, one file each, behind one protocol."""
