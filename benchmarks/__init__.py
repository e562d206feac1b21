"""Compares colike with its peers: `python -m benchmarks NAME --json FILE`."""
