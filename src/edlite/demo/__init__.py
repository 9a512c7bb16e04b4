"""The embedded synthetic demo with known truth."""
