"""One thin file per job: config, read, transform, write."""
