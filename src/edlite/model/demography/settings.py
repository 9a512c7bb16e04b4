"""Which slow processes a run has, their rates and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from edlite.errors import InputError
from edlite.parameters import PFT_CODES

SECTION = "model options, demography"
DEATHS = ("age_mortality", "starvation_mortality", "treefall_mortality", "frost_mortality")


@dataclass(frozen=True)
class Demography:
    """Switches, rates and limits of the slow processes.

    carbon_balance : leaves, fine roots, sapwood and storage follow the plant's carbon balance;
        without it leaves follow phenology alone and the difference goes to `growth_export`
    phenology : leaves follow season and drought; without it plants are always in full display
    export : storage that growth and seeds would take goes to `growth_export`
    structural_growth : storage is spent on stems and seeds every month
    reproduction : seeds and seed rain establish; without it all seeds die
    age_mortality, starvation_mortality, treefall_mortality, frost_mortality : causes of death
    disturbance : every year treefall makes new patches
    cohort_fusion, cohort_splitting, patch_fusion : keep the numbers of cohorts and patches down,
        and cohorts optically thin
    treefall_rate : yr-1, mortality of plants below 10 m by falling trees
    disturbance_rate : yr-1, share of area disturbed
    max_patches, max_cohorts : of a cell and of a patch; fusion aims at them
    patch_tolerance : difference of light profiles below which patches fuse, 0 to 1
    recruits : codes of the PFTs whose seedlings may establish; None: those of the cell's start
    """

    carbon_balance: bool = True
    phenology: bool = True
    export: bool = False
    structural_growth: bool = False
    reproduction: bool = False
    age_mortality: bool = False
    starvation_mortality: bool = False
    treefall_mortality: bool = False
    frost_mortality: bool = False
    disturbance: bool = False
    cohort_fusion: bool = False
    cohort_splitting: bool = False
    patch_fusion: bool = False
    treefall_rate: float = 0.014
    disturbance_rate: float = 0.014
    max_patches: int = 8
    max_cohorts: int = 12
    patch_tolerance: float = 0.1
    recruits: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if f.type == "bool" and not isinstance(value, bool):
                raise InputError(SECTION, f.name, value, "true or false")
        for name in ("treefall_rate", "disturbance_rate", "patch_tolerance"):
            self._require_number(name, 0.0, 1.0)
        for name in ("max_patches", "max_cohorts"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
                raise InputError(SECTION, name, value, "a whole number from 1 to 1000")
        if self.recruits is not None:
            if isinstance(self.recruits, str):
                raise InputError(SECTION, "recruits", self.recruits, "a list of PFT codes")
            object.__setattr__(self, "recruits", tuple(self.recruits))
            for code in self.recruits:
                if code not in PFT_CODES:
                    raise InputError(SECTION, "recruits", code, f"of {', '.join(PFT_CODES)}")
        needs_balance = ("export", "structural_growth", "starvation_mortality")
        for name in needs_balance:
            if getattr(self, name) and not self.carbon_balance:
                raise InputError(SECTION, name, True, "false without carbon_balance")
        if self.export and self.structural_growth:
            raise InputError(SECTION, "export", True, "false with structural_growth")
        if self.reproduction and not self.structural_growth:
            raise InputError(SECTION, "reproduction", True, "false without structural_growth")

    def _require_number(self, name: str, low: float, high: float) -> None:
        value = getattr(self, name)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not low <= value <= high:
            raise InputError(SECTION, name, value, f"a number from {low:g} to {high:g}")

    @property
    def mortality(self) -> bool:
        """Whether plants die."""
        return any(getattr(self, cause) for cause in DEATHS)

    @property
    def sizes_change(self) -> bool:
        """Whether diameters, densities or cohorts change during a run."""
        return (
            self.structural_growth
            or self.mortality
            or self.cohort_fusion
            or self.cohort_splitting
            or self.patches_change
        )

    @property
    def patches_change(self) -> bool:
        """Whether patches come and go during a run."""
        return self.disturbance or self.patch_fusion

    def changed(self, changes: Mapping) -> Demography:
        """With some settings changed; raises InputError for an unknown one."""
        known = {f.name for f in fields(self)}
        for key in changes:
            if key not in known:
                raise InputError(SECTION, key, changes[key], f"one of {sorted(known)}")
        return replace(self, **changes)

    def as_dict(self) -> dict:
        """Plain dictionary, for provenance."""
        return asdict(self)


_ALL_DEATHS = dict.fromkeys(DEATHS, True)
PRESETS = {
    # leaf area follows phenology alone
    "static": Demography(carbon_balance=False),
    # plants of constant diameter and density: for pairs of runs that are to differ in soil water
    "fixed": Demography(export=True),
    # the trees of the inventory grow and die
    "growth": Demography(structural_growth=True, **_ALL_DEATHS),
    # succession
    "full": Demography(
        structural_growth=True,
        reproduction=True,
        disturbance=True,
        cohort_fusion=True,
        cohort_splitting=True,
        patch_fusion=True,
        **_ALL_DEATHS,
    ),
}
