"""Stomata and assimilation of 100,000 random leaves, as the model has them, against bisection."""

from helpers.stomata_cases import compare


def test_stomata_of_random_leaves(record_property):
    """Conductance, open fraction and assimilation to 1e-6, and no leaf without a solution; C3 and
    C4, in light and darkness, in dry and saturated air, rooted in dry and wet soil."""
    worst, leaves, dark, closed = compare(rounds=25, seed=33)
    record_property("largest_relative_errors", worst)
    print(f"{leaves} leaves, {dark} in the dark, {closed} closed: relative errors {worst}")
    assert leaves >= 100_000 and dark > 10_000 and closed > dark + 10_000
    assert max(worst.values()) <= 1e-6
