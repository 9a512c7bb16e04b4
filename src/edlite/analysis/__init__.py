"""Sensitivity, evaluation, attribution, texture and verification."""
