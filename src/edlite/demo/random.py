"""Reproducible random numbers of the demo: one independent stream per region and purpose."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter


def generator(recipe: Mapping, *names: str) -> np.random.Generator:
    """Generator (PCG64) for a stream named by words, e.g. region and product.

    The stream depends on the recipe's `seed` and on the words only, so that adding a region or a
    product does not change the others.
    """
    words = [zlib.crc32(name.encode("utf-8")) for name in names]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([recipe["seed"], *words])))


def smooth_field(
    rng: np.random.Generator, shape: tuple[int, int], length: float
) -> NDArray[np.float64]:
    """Gaussian random field of mean 0 and variance 1, correlated over about `length` pixels.

    White noise filtered by a Gaussian kernel of standard deviation `length / 2`; the filtered
    noise has the correlation exp(-(d / length)^2) at a distance of d pixels.
    """
    width = int(np.ceil(2 * length))
    padded = rng.standard_normal((shape[0] + 2 * width, shape[1] + 2 * width))
    sigma = length / 2
    field = gaussian_filter(padded, sigma, mode="wrap", truncate=4.0)
    inner = field[width : width + shape[0], width : width + shape[1]]
    # standard deviation of white noise after a two-dimensional Gaussian filter of width sigma
    taps = np.arange(-int(4.0 * sigma + 0.5), int(4.0 * sigma + 0.5) + 1)
    kernel = np.exp(-0.5 * (taps / sigma) ** 2)
    kernel /= kernel.sum()
    return inner / (kernel**2).sum()


def correlated_noise(
    rng: np.random.Generator, n: int, correlation: float, columns: int = 1
) -> NDArray[np.float64]:
    """Stationary first-order autoregressive series (n, columns), mean 0, variance 1."""
    noise = rng.standard_normal((n, columns))
    noise[1:] *= np.sqrt(1.0 - correlation**2)
    series = np.empty_like(noise)
    series[0] = noise[0]
    for i in range(1, n):
        series[i] = correlation * series[i - 1] + noise[i]
    return series


def classes_by_share(
    rng: np.random.Generator,
    shape: tuple[int, int],
    shares: Mapping[int, float],
    length: float,
    inside: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Patchy map of classes with given shares of the pixels `inside`.

    Class by class, the pixels not yet taken with the highest values of a smooth random field are
    taken until the class has its share. The shares are met to one pixel inside; outside, the same
    thresholds apply.
    """
    total = int(inside.sum())
    codes = list(shares)
    counts = np.floor(np.array([shares[c] for c in codes]) / sum(shares.values()) * total)
    counts[0] += total - counts.sum()
    result = np.full(shape, codes[0], dtype=np.int64)
    free = np.ones(shape, dtype=bool)
    for code, count in zip(codes[::-1], counts[::-1].astype(int), strict=True):
        field = smooth_field(rng, shape, length)
        if code == codes[0]:
            taken = free
        elif count == 0:
            continue
        else:
            values = np.sort(field[free & inside])
            taken = free & (field >= values[-count])
        result[taken] = code
        free &= ~taken
    return result
