"""Options that take several values at once."""

import click
from click.testing import CliRunner

from edlite.cli import COMMANDS, group, repeat_options


@click.command()
@click.option("--flight", multiple=True)
@click.option("--out")
def several(flight, out):
    """Test command."""


def test_values_follow_their_option():
    given = ["--flight", "a", "b", "--out", "o", "--flight", "c", "--flight=d"]
    expected = ["--flight", "a", "--flight", "b", "--out", "o", "--flight", "c", "--flight=d"]
    assert repeat_options(several, given) == expected


def test_option_without_values_is_as_if_absent():
    assert repeat_options(several, ["--flight", "--out", "o"]) == ["--out", "o"]


def test_through_the_command_line(tmp_path):
    """Several files after one option reach the command, which then misses the first."""
    arguments = ["bias", "--native-theta", "a.nc", "b.nc", "--rzsm", "c.nc", "--soil", "s.nc"]
    arguments += ["--tiles", "t.nc", "--tile", "0", "--out", str(tmp_path / "o.nc")]
    result = CliRunner().invoke(group, arguments)
    assert "s.nc" in str(result.exception) and "usage" not in result.output.lower()
    assert {"bias", "blend", "sensitivity", "evaluate", "attribute", "verify"} <= set(COMMANDS)
