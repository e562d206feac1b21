"""Text embedders and the encoding of the catalogue."""
