"""What the command line and notebooks ask a store that has run the chain, and how it is shown."""
