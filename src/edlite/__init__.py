"""edlite: sensitivity of modelled ecosystem carbon fluxes to root-zone soil moisture."""

__version__ = "0.1.0"
