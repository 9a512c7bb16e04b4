"""Meteorological forcing of regions: manifest of granules, cutting of a year."""
