"""Typed, validated switches of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from edlite.errors import InputError
from edlite.model.day import Switches

CHOICES = {
    "integrator": ("rk4",),
    "physiology": ("arrhenius",),
    "water_limitation": (1,),
    "decomposition": (0, 1, 2),
    "surface_layer": ("beljaars",),
    "incanopy": (0,),
    "dynamics": ("static",),
}


@dataclass(frozen=True)
class ModelOptions:
    """Switches of the column model.

    integrator : "rk4", adaptive Cash-Karp Runge-Kutta
    tolerance : relative error target of a substep, 1e-8 to 0.1
    physiology : temperature response of photosynthesis, "arrhenius"
    water_limitation : 1, supply linear in available water
    decomposition : 0 exponential, 1 Lloyd-Taylor, 2 logistic
    surface_layer : "beljaars" (Beljaars & Holtslag 1991)
    incanopy : 0, in-canopy transfer after Leuning
    runoff_timescale : s; 0 switches runoff off
    dynamics : "static", stems and densities do not change
    parameters : overrides of PFT parameters, {PFT: {parameter: value}}
    """

    integrator: str = "rk4"
    tolerance: float = 1e-4
    physiology: str = "arrhenius"
    water_limitation: int = 1
    decomposition: int = 0
    surface_layer: str = "beljaars"
    incanopy: int = 0
    runoff_timescale: float = 3600.0
    dynamics: str = "static"
    parameters: Mapping[str, Mapping[str, float]] | None = None

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            value = getattr(self, name)
            if value not in allowed or isinstance(value, bool):
                raise InputError("model options", name, value, f"one of {list(allowed)}")
        if not 1e-8 <= self.tolerance <= 0.1:
            raise InputError("model options", "tolerance", self.tolerance, "1e-8 to 0.1")
        if not 0.0 <= self.runoff_timescale <= 1e7:
            raise InputError(
                "model options", "runoff_timescale", self.runoff_timescale, "0 to 1e7 s"
            )

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
        return Switches(
            float(self.tolerance), float(self.decomposition), float(self.runoff_timescale)
        )
