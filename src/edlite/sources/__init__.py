"""Readers of data products; each knows one format and nothing else."""
