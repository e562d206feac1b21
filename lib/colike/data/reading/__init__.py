"""Input files of any form to Arrow columns: every row is read or rejected with its line."""
