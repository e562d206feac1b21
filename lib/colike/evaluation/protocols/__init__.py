"""How lists are made and compared: one file per protocol."""
