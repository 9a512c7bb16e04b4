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
    "storage_respiration": Variable(_CARBON, "respiration of storage, of the day before, carbon"),
    "virtual_respiration": Variable(
        _CARBON, "respiration of virtual leaves in winter, of the day before, carbon"
    ),
    "le": Variable("W m-2", "latent heat flux, + to the atmosphere"),
    "h": Variable("W m-2", "sensible heat flux from leaves and ground, + to the atmosphere"),
    "rnet": Variable("W m-2", "net radiation, + downward"),
    "evapotranspiration": Variable(_WATER, "water vapour flux, + to the atmosphere"),
    "transpiration": Variable(_WATER, "transpiration"),
    "ground_evaporation": Variable(_WATER, "evaporation of soil and surface water minus dew"),
    "film_evaporation": Variable(_WATER, "evaporation of water on leaves minus dew"),
    "runoff": Variable(_WATER, "surface runoff"),
    "drainage": Variable(_WATER, "drainage at the bottom of the soil"),
    "precipitation": Variable(_WATER, "precipitation"),
    "shortwave_down": Variable("W m-2", "downward shortwave radiation"),
    "air_temperature": Variable("K", "air temperature of the forcing"),
    "ustar": Variable("m s-1", "friction velocity"),
    "canopy_air_temperature": Variable("K", "temperature of canopy air"),
    "canopy_air_humidity": Variable("kg kg-1", "specific humidity of canopy air"),
    "canopy_air_co2": Variable("umol mol-1", "CO2 of canopy air"),
    "lai": Variable("m2 m-2", "leaf area index"),
    "snow_water": Variable("kg m-2", "water and snow on the surface"),
    "snow_depth": Variable("m", "depth of water and snow on the surface"),
    "soil_carbon": Variable("kg m-2", "soil carbon, all pools"),
    "theta_rootzone": Variable("m3 m-3", "volumetric soil water, mean of 0-1 m"),
    "assimilation_water": Variable("kg m-2 d-1", "water added by prescribing soil moisture"),
    "assimilation_energy": Variable("J m-2 d-1", "energy added by prescribing soil moisture"),
    "theta": Variable("m3 m-3", "volumetric soil water, liquid and frozen"),
    "soil_temperature": Variable("K", "soil temperature"),
}
# of a stand at a midnight, per m2 of cell; carbon, not biomass (twice the carbon)
STAND_SIZE = {
    "basal_area": Variable("m2 m-2", "basal area of stems, per m2 of cell"),
    "stem_density": Variable("m-2", "number of plants, per m2 of cell"),
    "lai": Variable("m2 m-2", "present leaf area, per m2 of cell"),
    "agb": Variable("kg m-2", "carbon above ground (leaves, stems), per m2 of cell"),
}
STAND_PFT = {
    "leaf_carbon": Variable("kg m-2", "carbon of leaves, per m2 of cell"),
    "root_carbon": Variable("kg m-2", "carbon of fine roots, per m2 of cell"),
    "sapwood_carbon": Variable("kg m-2", "carbon of sapwood, per m2 of cell"),
    "wood_carbon": Variable("kg m-2", "carbon of heartwood, per m2 of cell"),
    "storage_carbon": Variable("kg m-2", "storage carbon (a debt if negative), per m2 of cell"),
    "seed_carbon": Variable("kg m-2", "carbon of seeds that wait to establish, per m2 of cell"),
}
STAND_CELL = {
    "n_patch": Variable("1", "number of patches of the cell"),
    "n_cohort": Variable("1", "number of cohorts of the cell"),
    "growth_export": Variable(
        "kg m-2", "carbon set aside since the start (missing if negative), per m2 of cell"
    ),
    "seed_import": Variable("kg m-2", "carbon of seed rain since the start, per m2 of cell"),
}
STAND = {**STAND_SIZE, **STAND_PFT, **STAND_CELL}
# the terms of ra
RESPIRATIONS = (
    *("leaf_respiration", "root_respiration", "growth_respiration", "storage_respiration"),
    "virtual_respiration",
)

# terms of the budgets of a patch, mean rates over a record: storage = sum of sign x term + residual
_ENERGY = "W m-2"
BUDGETS = {
    "water": {
        "precipitation": 1,
        "vapour_out": -1,
        "runoff": -1,
        "drainage": -1,
        "assimilation_water": 1,
        "air_water": 1,
    },
    "energy": {
        "shortwave_net": 1,
        "longwave_net": 1,
        "precipitation_energy": 1,
        "enthalpy_out": -1,
        "runoff_energy": -1,
        "drainage_energy": -1,
        "assimilation_energy": 1,
        "air_energy": 1,
        "biomass_energy": 1,
    },
    "carbon": {"co2_out": -1, "air_carbon": 1},
}
BUDGET = {
    "precipitation": Variable(_WATER, "water gained by precipitation"),
    "vapour_out": Variable(_WATER, "water lost as vapour to the air above"),
    "runoff": Variable(_WATER, "water lost by surface runoff"),
    "drainage": Variable(_WATER, "water lost by drainage at the bottom"),
    "assimilation_water": Variable(_WATER, "water gained by prescribing soil moisture"),
    "air_water": Variable(_WATER, "water gained with the change of canopy-air mass"),
    "water_storage": Variable(_WATER, "change of the water stock"),
    "water_residual": Variable(_WATER, "residual of the water budget"),
    "shortwave_net": Variable(_ENERGY, "energy gained as shortwave radiation"),
    "longwave_net": Variable(_ENERGY, "energy gained as longwave radiation"),
    "precipitation_energy": Variable(_ENERGY, "internal energy gained with precipitation"),
    "enthalpy_out": Variable(_ENERGY, "enthalpy lost to the air above, latent and sensible"),
    "runoff_energy": Variable(_ENERGY, "internal energy lost with runoff"),
    "drainage_energy": Variable(_ENERGY, "internal energy lost with drainage"),
    "assimilation_energy": Variable(_ENERGY, "energy gained by prescribing soil moisture"),
    "air_energy": Variable(_ENERGY, "energy gained with the change of canopy-air mass"),
    "biomass_energy": Variable(_ENERGY, "energy gained with the change of leaf mass"),
    "energy_storage": Variable(_ENERGY, "change of the energy stock"),
    "energy_residual": Variable(_ENERGY, "residual of the energy budget"),
    "co2_out": Variable(_CARBON, "carbon lost as CO2 to the air above"),
    "air_carbon": Variable(_CARBON, "carbon gained with the change of canopy-air mass"),
    "carbon_storage": Variable(_CARBON, "change of the carbon stock"),
    "carbon_residual": Variable(_CARBON, "residual of the carbon budget"),
}

# of a cohort, per ground area of its patch unless said otherwise
COHORT = {
    "gpp": Variable(_CARBON, "gross primary production of the cohort, carbon"),
    "leaf_respiration": Variable(_CARBON, "leaf dark respiration of the cohort, carbon"),
    "root_respiration": Variable(_CARBON, "fine-root respiration of the cohort, carbon"),
    "transpiration": Variable(_WATER, "transpiration of the cohort"),
    "film_evaporation": Variable(_WATER, "evaporation of water on leaves minus dew"),
    "h": Variable("W m-2", "sensible heat flux from leaves to canopy air"),
    "par_absorbed": Variable("W m-2", "photosynthetically active radiation absorbed by leaves"),
    "shortwave_absorbed": Variable("W m-2", "shortwave radiation absorbed by leaves"),
    "longwave_absorbed": Variable("W m-2", "net longwave radiation absorbed by leaves"),
    "leaf_temperature": Variable("K", "leaf temperature"),
    "lai": Variable("m2 m-2", "leaf area index of the cohort"),
    "open_fraction": Variable("1", "openness of stomata between water-stressed (0) and open (1)"),
    "leaf_water": Variable("kg m-2", "water on leaves"),
}

HOURLY = (
    *("gpp", "ra", "rh", "nee", "le", "h", "rnet", "evapotranspiration", "transpiration"),
    *("runoff", "drainage", "ustar", "canopy_air_temperature", "lai", "snow_water"),
    "theta_rootzone",
)
DAILY = (
    *HOURLY,
    *("npp", *RESPIRATIONS),
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
