"""The bias at any time from its values at the flights: linear, or optimal interpolation.

Both are linear in the values seen: eps(t) = sum over flights f of B(t, f) c_f, with a basis B that
depends on times only and coefficients c that depend on the values and on which of them exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from edlite.assimilation.flights import fill_flights, hat_weights
from edlite.constants import DAY_S
from edlite.errors import InputError

INTERPOLATIONS = ("linear", "optimal")


@dataclass(frozen=True)
class Linear:
    """Linear between flights, the nearest held outside (Zhang et al. 2019)."""

    def coefficients(self, time_s: np.ndarray, eps: np.ndarray, valid: np.ndarray) -> np.ndarray:
        """Bias at the flights (flight, ...), also where a flight saw nothing; 0 without any."""
        return fill_flights(time_s, eps, valid)

    def basis(self, time_s: np.ndarray, flight_s: np.ndarray) -> np.ndarray:
        """Hat functions (time, flight); rows sum to one."""
        return hat_weights(time_s, flight_s)

    def attributes(self) -> dict[str, object]:
        return {"interpolation": "linear"}


@dataclass(frozen=True)
class Optimal:
    """Optimal interpolation in time (Gandin 1965; Daley 1991, ch. 4) of each cell and layer.

    The bias is taken as the sum of a constant and of a part that varies with the season, both
    with mean zero; a flight sees it with an error that is independent of all other flights:

        cov(eps(t), eps(t')) = persistent_sd^2 + varying_sd^2 exp(-|t - t'| / timescale)
        c = (cov between the valid flights + retrieval_sd^2 I)^-1 eps,   B = cov(eps(t), eps(t_f))

    persistent_sd, varying_sd : standard deviation of the two parts, m3 m-3
    timescale_days : d
    retrieval_sd : error of the radar's moisture in a cell on one flight, m3 m-3
    """

    persistent_sd: float = 0.10
    varying_sd: float = 0.03
    timescale_days: float = 30.0
    retrieval_sd: float = 0.05

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0.0 < value < 1e4:  # NaN fails too
                raise InputError("--params", f"blend.optimal.{name}", value, "a number above 0")

    def coefficients(self, time_s: np.ndarray, eps: np.ndarray, valid: np.ndarray) -> np.ndarray:
        """Coefficients (flight, ...), 0 where a flight saw nothing.

        Parameters
        ----------
        time_s : (flight,) s
        eps, valid : (flight, ...); entries of `eps` that are not `valid` are ignored
        """
        n = len(time_s)
        if n == 0:
            return np.zeros(eps.shape)
        flat = np.where(valid, eps, 0.0).reshape(n, -1)
        out = np.zeros(flat.shape)
        covariance = self.basis(time_s, time_s) + self.retrieval_sd**2 * np.eye(n)
        patterns, member = np.unique(valid.reshape(n, -1), axis=1, return_inverse=True)
        for i, pattern in enumerate(patterns.T):
            seen, columns = np.flatnonzero(pattern), np.flatnonzero(member == i)
            if seen.size:
                solved = np.linalg.solve(
                    covariance[np.ix_(seen, seen)], flat[np.ix_(seen, columns)]
                )
                out[np.ix_(seen, columns)] = solved
        return out.reshape(eps.shape)

    def basis(self, time_s: np.ndarray, flight_s: np.ndarray) -> np.ndarray:
        """Covariance (time, flight) of the bias at a time and at a flight, m6 m-6."""
        lag = np.abs(time_s[:, None] - flight_s[None, :]) / (self.timescale_days * DAY_S)
        return self.persistent_sd**2 + self.varying_sd**2 * np.exp(-lag)

    def attributes(self) -> dict[str, object]:
        return {"interpolation": "optimal"} | asdict(self)


Estimator = Linear | Optimal


def estimator_from(interpolation: str, optimal: Mapping[str, float]) -> Estimator:
    """Estimator of the section `blend`; raises InputError for unknown names and values."""
    if interpolation not in INTERPOLATIONS:
        expected = f"one of {', '.join(INTERPOLATIONS)}"
        raise InputError("--params", "blend.interpolation", interpolation, expected)
    known = Optimal.__dataclass_fields__
    for key, value in optimal.items():
        if key not in known:
            raise InputError("--params", f"blend.optimal.{key}", value, ", ".join(known))
    return Optimal(**optimal) if interpolation == "optimal" else Linear()


def estimator_of(attributes: Mapping[str, object]) -> Estimator:
    """Estimator recorded in the attributes of a bias file."""
    name = str(attributes["interpolation"])
    fields = Optimal.__dataclass_fields__ if name == "optimal" else {}
    return estimator_from(name, {key: float(attributes[key]) for key in fields})
