"""The one table of the model's output variables: name, unit, long name (which states the sign)."""

from __future__ import annotations

from typing import NamedTuple


class Variable(NamedTuple):
    """A variable of an output file."""

    units: str
    long_name: str

    def attributes(self) -> dict[str, str]:
        """Attributes of the netCDF variable."""
        return {"units": self.units, "long_name": self.long_name}


_CARBON = "kg m-2 s-1"
_WATER = "kg m-2 s-1"

# means over an hour or a day; carbon fluxes in kgC
FLUXES = {
    "gpp": Variable(_CARBON, "gross primary production, carbon"),
    "npp": Variable(_CARBON, "net primary production (gpp - ra), carbon"),
    "ra": Variable(_CARBON, "autotrophic respiration, carbon"),
    "rh": Variable(_CARBON, "heterotrophic respiration, carbon"),
    "nee": Variable(_CARBON, "net ecosystem exchange (ra + rh - gpp), carbon, + to the atmosphere"),
    "leaf_respiration": Variable(_CARBON, "leaf dark respiration, carbon"),
    "root_respiration": Variable(_CARBON, "fine-root respiration, carbon"),
    "growth_respiration": Variable(_CARBON, "growth respiration of the day before, carbon"),
    "storage_respiration": Variable(_CARBON, "storage and virtual-leaf respiration, carbon"),
    "le": Variable("W m-2", "latent heat flux, + to the atmosphere"),
    "h": Variable("W m-2", "sensible heat flux from leaves and ground, + to the atmosphere"),
    "rnet": Variable("W m-2", "net radiation, + downward"),
    "evapotranspiration": Variable(_WATER, "water vapour flux, + to the atmosphere"),
    "transpiration": Variable(_WATER, "transpiration"),
    "ground_evaporation": Variable(_WATER, "evaporation of soil and surface water minus dew"),
    "runoff": Variable(_WATER, "surface runoff"),
    "drainage": Variable(_WATER, "drainage at the bottom of the soil"),
    "precipitation": Variable(_WATER, "precipitation"),
    "shortwave_down": Variable("W m-2", "downward shortwave radiation"),
    "air_temperature": Variable("K", "air temperature of the forcing"),
    "ustar": Variable("m s-1", "friction velocity"),
    "canopy_air_temperature": Variable("K", "temperature of canopy air"),
    "lai": Variable("m2 m-2", "leaf area index"),
    "snow_water": Variable("kg m-2", "water and snow on the surface"),
    "soil_carbon": Variable("kg m-2", "soil carbon, all pools"),
    "theta_rootzone": Variable("m3 m-3", "volumetric soil water, mean of 0-1 m"),
    "assimilation_water": Variable("kg m-2 d-1", "water added by prescribing soil moisture"),
    "assimilation_energy": Variable("J m-2 d-1", "energy added by prescribing soil moisture"),
    "theta": Variable("m3 m-3", "volumetric soil water, liquid and frozen"),
    "soil_temperature": Variable("K", "soil temperature"),
}

HOURLY = (
    *("gpp", "ra", "rh", "nee", "le", "h", "rnet", "evapotranspiration", "transpiration"),
    *("runoff", "drainage", "ustar", "canopy_air_temperature", "lai", "snow_water"),
    "theta_rootzone",
)
DAILY = (
    *HOURLY,
    *("npp", "leaf_respiration", "root_respiration", "growth_respiration", "storage_respiration"),
    *("ground_evaporation", "precipitation", "shortwave_down", "air_temperature", "soil_carbon"),
    *("assimilation_water", "assimilation_energy"),
)

ANNUAL_CARBON = ("gpp", "npp", "ra", "rh", "reco", "nee")
ANNUAL_WATER = ("evapotranspiration", "runoff", "drainage", "precipitation")
ANNUAL = {
    **{
        name: Variable("kg m-2 yr-1", f"{long_name}, carbon")
        for name, long_name in {
            "gpp": "gross primary production",
            "npp": "net primary production",
            "ra": "autotrophic respiration",
            "rh": "heterotrophic respiration",
            "reco": "ecosystem respiration",
            "nee": "net ecosystem exchange, + to the atmosphere",
        }.items()
    },
    **{name: Variable("kg m-2 yr-1", FLUXES[name].long_name) for name in ANNUAL_WATER},
    "le": FLUXES["le"],
    "h": FLUXES["h"],
    "theta_rootzone": FLUXES["theta_rootzone"],
    "lai_max": Variable("m2 m-2", "largest leaf area index of the year"),
    "lai_pft": Variable("m2 m-2", "leaf area index in full leaf by plant functional type"),
    "agb": Variable("kg m-2", "above-ground biomass carbon"),
    "fast_carbon": Variable("kg m-2", "fast soil carbon at the end"),
    "structural_carbon": Variable("kg m-2", "structural soil carbon at the end"),
    "slow_carbon": Variable("kg m-2", "slow soil carbon at the end"),
    "growth_export": Variable("kg m-2", "carbon left over (missing if negative) since the start"),
    "water_residual_max": Variable("kg m-2", "largest water residual of a step"),
    "water_residual_sum": Variable("kg m-2", "sum of the water residuals"),
    "energy_residual_max": Variable("W m-2", "largest energy residual of a step"),
    "carbon_residual_max": Variable("1", "largest carbon residual of a step over the stock"),
    "theta_below_theta_r": Variable("m3 m-3", "largest excursion of soil water below theta_r"),
    "theta_above_theta_s": Variable("m3 m-3", "largest excursion of soil water above theta_s"),
    "substeps_mean": Variable("1", "substeps of the integrator per 600 s step"),
}
