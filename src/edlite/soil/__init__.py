"""Soil texture to hydraulic and thermal properties."""
