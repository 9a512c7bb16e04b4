"""Cost of the column model and of the jobs around it: `make bench`, or `python -m benchmarks`."""
