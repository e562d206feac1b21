"""Looks at files that nobody has described, and says what they seem to be: `colike init`."""
