"""User to item: sources, the scoring engine, and its use for one user."""
