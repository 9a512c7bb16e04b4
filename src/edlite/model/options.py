"""Typed, validated switches of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from edlite.errors import InputError
from edlite.model.demography.settings import PRESETS, Demography
from edlite.model.lanes import Switches
from edlite.soil.colour import soil_colour

CHOICES = {
    "integrator": ("rk4", "split"),
    "physiology": ("arrhenius", "q10"),
    "water_limitation": (1, 2),
    "decomposition": (0, 1, 2),
    "surface_layer": ("beljaars", "louis"),
    "incanopy": (0, 1, 4),
    "ground_albedo": ("moisture", "colour"),
    "dynamics": tuple(PRESETS),
}


@dataclass(frozen=True)
class ModelOptions:
    """Switches of the column model.

    integrator : "rk4", adaptive Cash-Karp Runge-Kutta, or "split", semi-implicit 600 s step
    tolerance : relative error target of a substep, 1e-8 to 0.1
    physiology : temperature response of photosynthesis and respiration, "arrhenius" or "q10"
    water_limitation : supply linear 1 in the moisture, 2 in the potential of the soil
    decomposition : 0 exponential, 1 Lloyd-Taylor, 2 logistic
    surface_layer : "beljaars" (Beljaars & Holtslag 1991) or "louis" (Louis 1979)
    incanopy : transfer between ground and canopy air, 0 after Leuning, 1 exponential profile,
        4 by friction velocity and stability
    ground_albedo : of bare soil by "moisture" alone, or by "colour" and moisture
    soil_colour : class 1 (light) to 20 (dark) of the Community Land Model, with "colour"
    runoff_timescale : s; 0 switches runoff off
    reference_height : m, of the forcing of a tile above ground (sites have their own); None: 10 m
        above the tallest cohort of the cell, at least 10 m
    dynamics : preset of the slow processes, "static", "fixed", "growth" or "full"
        (`edlite.model.demography.settings.PRESETS`)
    demography : changes to the preset, {setting: value}
    parameters : overrides of PFT parameters, {PFT: {parameter: value}}
    """

    integrator: str = "rk4"
    tolerance: float = 1e-4
    physiology: str = "arrhenius"
    water_limitation: int = 1
    decomposition: int = 0
    surface_layer: str = "beljaars"
    incanopy: int = 4
    ground_albedo: str = "moisture"
    soil_colour: int = 2
    runoff_timescale: float = 3600.0
    reference_height: float | None = None
    dynamics: str = "fixed"
    demography: Mapping[str, object] | None = None
    parameters: Mapping[str, Mapping[str, float]] | None = None

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            value = getattr(self, name)
            if value not in allowed or isinstance(value, bool):
                raise InputError("model options", name, value, f"one of {list(allowed)}")
        soil_colour(self.soil_colour)
        if not 1e-8 <= self.tolerance <= 0.1:
            raise InputError("model options", "tolerance", self.tolerance, "1e-8 to 0.1")
        if not 0.0 <= self.runoff_timescale <= 1e7:
            raise InputError(
                "model options", "runoff_timescale", self.runoff_timescale, "0 to 1e7 s"
            )

        height = self.reference_height
        number = isinstance(height, (int, float)) and not isinstance(height, bool)
        if height is not None and not (number and 2.0 <= height <= 1000.0):
            raise InputError("model options", "reference_height", height, "2 to 1000 m, or null")
        self.slow()  # raises for unusable settings

    def slow(self) -> Demography:
        """Slow processes: the preset with its changes."""
        changes = self.demography or {}
        if not isinstance(changes, Mapping):
            raise InputError("model options", "demography", changes, "a mapping of settings")
        return PRESETS[self.dynamics].changed(changes)

    @classmethod
    def from_mapping(cls, mapping: Mapping, source: str = "model options") -> ModelOptions:
        """Options from a mapping; raises InputError for an unknown key."""
        known = {f.name for f in fields(cls)}
        for key in mapping:
            if key not in known:
                raise InputError(source, key, mapping[key], f"one of {sorted(known)}")
        return cls(**mapping)

    def as_dict(self) -> dict:
        """Plain dictionary, for provenance."""
        return asdict(self)

    def switches(self) -> Switches:
        """The numbers that the compiled loops take."""
        slow = self.slow()
        colour = soil_colour(self.soil_colour)
        return Switches(
            tolerance=float(self.tolerance),
            q10=float(self.physiology == "q10"),
            water_limitation=float(self.water_limitation),
            decomposition=float(self.decomposition),
            louis=float(self.surface_layer == "louis"),
            incanopy=float(self.incanopy),
            coloured=float(self.ground_albedo == "colour"),
            dry_vis=colour["albedo_dry_vis"],
            dry_nir=colour["albedo_dry_nir"],
            wet_vis=colour["albedo_wet_vis"],
            wet_nir=colour["albedo_wet_nir"],
            runoff_timescale=float(self.runoff_timescale),
            carbon_balance=float(slow.carbon_balance),
            phenology=float(slow.phenology),
            export=float(slow.export),
            counts=float(slow.sizes_change),
            potential=float(slow.starvation_mortality),
        )
