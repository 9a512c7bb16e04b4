"""Settings of the vegetation inputs, typed and checked; the defaults are those of the workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from edlite.errors import InputError
from edlite.sources.modis import SCF_QC_MAX


def _check(section: str, key: str, value: object, ok: bool, expected: str) -> None:
    if not ok:
        raise InputError("config", f"{section}.{key}", value, expected)


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


class _Section:
    """A section of the configuration as a dataclass; its name is `section`."""

    section = ""

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Settings from `params[section]`; raises InputError for unknown keys and bad values."""
        given = params.get(cls.section, {})
        _check(cls.section, "", given, isinstance(given, Mapping), "a mapping of settings")
        known = [f.name for f in fields(cls)]
        for key, value in given.items():
            _check(cls.section, key, value, key in known, f"one of {', '.join(known)}")
        return cls(**given)

    def _require(self, key: str, ok: bool, expected: str) -> None:
        _check(self.section, key, getattr(self, key), ok, expected)

    def _require_years(self, key: str) -> None:
        value = getattr(self, key)
        ok = (
            isinstance(value, (list, tuple))
            and len(value) == 2
            and all(_integer(v) for v in value)
            and value[0] <= value[1]
        )
        self._require(key, ok, "first and last year, ascending")


@dataclass(frozen=True)
class LaiOptions(_Section):
    """Section `lai`.

    years : first and last year of the mean of yearly maxima
    default_grassland, default_cropland : seasonal-maximum leaf area without satellite data
    cap : largest leaf area of grassland and cropland
    qc_max : worst accepted retrieval (see `edlite.sources.modis`)
    dominant_fraction : cover from which a cell's leaf area counts as that of the class
    """

    section = "lai"
    years: tuple[int, int] = (2002, 2014)
    default_grassland: float = 1.0
    default_cropland: float = 2.5
    cap: float = 6.0
    qc_max: str = "main"
    dominant_fraction: float = 0.8

    def __post_init__(self) -> None:
        self._require_years("years")
        for key in ("default_grassland", "default_cropland", "cap"):
            value = getattr(self, key)
            self._require(key, _number(value) and 0 < value <= 12, "a number from 0 to 12 [m2 m-2]")
        self._require("qc_max", self.qc_max in SCF_QC_MAX, f"one of {', '.join(SCF_QC_MAX)}")
        share = self.dominant_fraction
        self._require("dominant_fraction", _number(share) and 0.5 < share <= 1, "0.5 to 1")


EVENTS = ("greenup", "mid_greenup", "mid_greendown", "senescence")
DEFAULT_DAYS = {"greenup": 120, "mid_greenup": 135, "mid_greendown": 285, "senescence": 265}
# The model follows the spring curve through July and the autumn curve from August on
LAST_SPRING_DAY = 212


@dataclass(frozen=True)
class PhenologyOptions(_Section):
    """Section `phenology`.

    default : day of year of each of `EVENTS`, used where no cell of the region has dates
    min_span : least days from greenup to mid-greenup and from senescence to mid-greendown;
        closer dates are spread
    qa_max : worst accepted QA_Overall (0 best, 1 good, 2 fair, 3 poor)
    """

    section = "phenology"
    default: Mapping[str, float] = field(default_factory=dict)
    min_span: float = 5.0
    qa_max: int = 2

    def __post_init__(self) -> None:
        ok = isinstance(self.default, Mapping) and set(self.default) <= set(EVENTS)
        self._require("default", ok, f"days of year of {', '.join(EVENTS)}")
        days = DEFAULT_DAYS | dict(self.default)
        object.__setattr__(self, "default", days)
        ok = all(_number(v) for v in days.values()) and (
            1 <= days["greenup"] < days["mid_greenup"] <= LAST_SPRING_DAY < days["mid_greendown"]
            and days["mid_greenup"] < days["senescence"] < days["mid_greendown"] <= 366
        )
        self._require(
            "default",
            ok,
            "1 <= greenup < mid_greenup <= 212 < mid_greendown <= 366, "
            "mid_greenup < senescence < mid_greendown",
        )
        self._require("min_span", _number(self.min_span) and self.min_span > 0, "a positive number")
        self._require("qa_max", self.qa_max in (0, 1, 2, 3), "0 to 3")


@dataclass(frozen=True)
class ForestOptions(_Section):
    """Section `forest`.

    inventory_years : first and last inventory year; the most recent visit within them is used
    n_nearest : plots per cell
    max_distance : farthest plot [km] that may stand for a cell
    unknown_species : `error`, or `drop` to leave such trees out (with a count)
    """

    section = "forest"
    inventory_years: tuple[int, int] = (1999, 2011)
    n_nearest: int = 3
    max_distance: float = 100.0
    unknown_species: str = "error"

    def __post_init__(self) -> None:
        self._require_years("inventory_years")
        self._require("n_nearest", _integer(self.n_nearest) and self.n_nearest >= 1, "1 or more")
        positive = _number(self.max_distance) and self.max_distance > 0
        self._require("max_distance", positive, "a positive number [km]")
        self._require("unknown_species", self.unknown_species in ("error", "drop"), "error or drop")


GRASS_PFT = {
    **dict.fromkeys(("Howland", "Harvard", "Duke", "Metolius", "Tonzi"), "DC3"),
    **dict.fromkeys(("Walnut", "MOISST"), "DC4"),
}
CROP_PFT = dict.fromkeys(GRASS_PFT, "CRC3")


@dataclass(frozen=True)
class InitialOptions(_Section):
    """Section `initial`.

    grass_pft, crop_pft : code of the plant functional type of grassland and cropland, by region
    max_patches, max_cohorts : limits per cell and per patch
    dbh_class : width [cm] of the diameter classes into which trees of a PFT are merged
    fast_fraction : fast over structural soil carbon where there is no inventory
    min_area : covers smaller than this share of the cell's land are left out, and forest has at
        most its share over this many patches
    """

    section = "initial"
    grass_pft: Mapping[str, str] = field(default_factory=lambda: dict(GRASS_PFT))
    crop_pft: Mapping[str, str] = field(default_factory=lambda: dict(CROP_PFT))
    max_patches: int = 8
    max_cohorts: int = 12
    dbh_class: float = 5.0
    fast_fraction: float = 0.05
    min_area: float = 0.005

    def __post_init__(self) -> None:
        self._require("max_patches", _integer(self.max_patches) and self.max_patches >= 1, ">= 1")
        self._require("max_cohorts", _integer(self.max_cohorts) and self.max_cohorts >= 1, ">= 1")
        positive = _number(self.dbh_class) and self.dbh_class > 0
        self._require("dbh_class", positive, "a positive number [cm]")
        share = self.fast_fraction
        self._require("fast_fraction", _number(share) and 0 <= share <= 1, "0 to 1")
        share = self.min_area
        self._require("min_area", _number(share) and 0 <= share < 0.25, "0 to 0.25")
