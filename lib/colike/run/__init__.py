"""Stages and what runs them: keys, pinned inputs, the log of runs, reporters."""
