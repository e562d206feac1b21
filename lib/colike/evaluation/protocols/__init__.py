"""How lists are made for an evaluation: one file per protocol."""
