"""One module per command: read, call, write."""
