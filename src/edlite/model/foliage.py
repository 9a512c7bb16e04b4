"""Leaf and root carbon that a run is to follow, instead of phenology."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edlite.errors import InputError

ONE_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Foliage:
    """Daily leaf carbon, and if given fine-root carbon, of every cohort.

    dates : (day,) datetime64[D], every day once, increasing
    leaf_carbon : (day, cohort) kgC plant-1, holds during that UTC day; cohorts in the order of the
        columns (by patch, tallest first)
    root_carbon : (day, cohort) kgC plant-1, or None: follows from allometry
    """

    dates: np.ndarray
    leaf_carbon: np.ndarray
    root_carbon: np.ndarray | None = None
    source: str = "foliage"

    def __post_init__(self) -> None:
        if len(self.dates) == 0 or np.any(np.diff(self.dates) != ONE_DAY):
            raise InputError(self.source, "date", None, "every day once, without a gap")
        for name in ("leaf_carbon", "root_carbon"):
            values = getattr(self, name)
            if values is None:
                continue
            if len(values) != len(self.dates):
                raise InputError(self.source, name, len(values), f"{len(self.dates)} days")
            wrong = ~(values >= 0.0)  # NaN is wrong too
            if wrong.any():
                expected = "0 or more kgC plant-1"
                raise InputError(self.source, name, float(values[wrong][0]), expected)

    def require(self, start: np.datetime64, end: np.datetime64, n_cohort: int) -> None:
        """Raise InputError unless every day from `start` to `end` (excluded) and every cohort is
        there."""
        if self.dates[0] > start or self.dates[-1] < end - ONE_DAY:
            have = f"{self.dates[0]} to {self.dates[-1]}"
            raise InputError(self.source, "date", have, f"{start} to {end - ONE_DAY}")
        if self.leaf_carbon.shape[1] != n_cohort:
            have = self.leaf_carbon.shape[1]
            raise InputError(self.source, "cohort", have, f"{n_cohort} cohorts")

    def day(self, date: np.datetime64) -> tuple[np.ndarray, np.ndarray | None]:
        """Leaf and root carbon (cohort,) of a day; after the last one the last one's."""
        at = min(int((date - self.dates[0]) / ONE_DAY), len(self.dates) - 1)
        return self.leaf_carbon[at], None if self.root_carbon is None else self.root_carbon[at]
