"""The 30 arc-second grid, regions, tiles, aggregation and bilinear weights."""
