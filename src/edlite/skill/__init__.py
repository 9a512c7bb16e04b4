"""Skill of the model at flux towers: runs, scores, and simple models to be measured against."""
