"""Soil-moisture bias and blending."""
