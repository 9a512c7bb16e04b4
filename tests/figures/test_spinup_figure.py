"""The picture of the spin-up, from the table that the command writes."""

import numpy as np
import pytest
from fake_results import spinup_course
from PIL import Image

from edlite.cli import group
from edlite.errors import InputError
from edlite.figures.spinup import CHANGE, approach_figure


@pytest.mark.parametrize("held", [True, False])
def test_pools_criterion_and_units(held):
    tables = {"0": spinup_course(slow_carbon_solved=1.0), "1": spinup_course(50)}
    figure = approach_figure(tables, 1e-3, "Duke", held=held, synthetic=True)
    labels = [axis.get_ylabel() for axis in figure.axes]
    assert [("kgC m" in label) for label in labels] == [True, True, True, False]
    assert "synthetic demo" in figure.get_suptitle()
    change = figure.axes[3]
    assert change.get_yscale() == "log"
    assert any(np.allclose(line.get_ydata(), 1e-3) for line in change.get_lines())
    first = figure.axes[0].get_lines()[0].get_xdata()[0]
    assert first == (2 if held else 0)


def test_command(tmp_path):
    spinup_course().to_csv(tmp_path / "0.csv", index=False)
    arguments = ["spinup-figure", "--table", str(tmp_path / "0.csv"), "--out"]
    group([*arguments, str(tmp_path / "0.png")], standalone_mode=False)
    with Image.open(tmp_path / "0.png") as image:
        assert image.width > 1000
    spinup_course().drop(columns=CHANGE).to_csv(tmp_path / "0.csv", index=False)
    with pytest.raises(InputError, match=CHANGE):
        group([*arguments, str(tmp_path / "1.png")], standalone_mode=False)
