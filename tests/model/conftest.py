"""Runs that several tests look at; the model is compiled once, then read from its cache."""

import pytest

from edlite.model.options import CHOICES, ModelOptions
from edlite.model.warm_up import warm_up
from helpers.model_columns import run_days, weather


@pytest.fixture(scope="session")
def compiled():
    """Compiled entry points."""
    return warm_up()


@pytest.fixture(scope="session", params=CHOICES["integrator"])
def options(request):
    """The model's defaults with each of the integrators."""
    return ModelOptions(integrator=request.param)


@pytest.fixture(scope="session")
def winter(compiled, options):
    """Six days in March: rain, then frost to -20 degC with snow, then thaw."""
    met = weather("2001-03-01", 6, warm=281.0, swing=26.0)
    return run_days(met, days=6, temperature=277.0, options=options)


@pytest.fixture(scope="session")
def summer(compiled, options):
    """Four showery days in July."""
    met = weather("2001-07-01", 4, warm=293.0)
    return run_days(met, days=4, temperature=290.0, options=options)
