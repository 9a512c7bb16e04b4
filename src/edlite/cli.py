"""Command line: a group whose commands are imported only when called."""

from __future__ import annotations

import importlib
import json
import logging
import signal
import sys

import click

from edlite import __version__
from edlite.errors import InputError

# command -> module in edlite.commands (the click command object has the same name as the module)
COMMANDS = {
    "domain": "domain",
    "soil": "soil",
    "cover": "cover",
    "lai": "lai",
    "phenology": "phenology",
    "forest": "forest",
    "initial-state": "initial_state",
    "forcing-manifest": "forcing_manifest",
    "forcing": "forcing",
    "regrid-rzsm": "regrid_rzsm",
    "compile": "compile",
    "spinup": "spinup",
    "spinup-figure": "spinup_figure",
    "simulate": "simulate",
    "bias": "bias",
    "blend": "blend",
    "tower-run": "tower_run",
    "site": "site",
    "ed2-case": "ed2_case",
    "texture": "texture",
    "tower-evaluation": "tower_evaluation",
    "sensitivity": "sensitivity",
    "evaluate": "evaluate",
    "attribute": "attribute",
    "figures": "figures",
    "report": "report",
    "verify": "verify",
    "demo-region": "demo_region",
    "demo-forcing": "demo_forcing",
    "demo-truth": "demo_truth",
    "demo-observe": "demo_observe",
}


class LazyGroup(click.Group):
    """Group that imports `edlite.commands.<module>` when a command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = COMMANDS[name]
        return getattr(importlib.import_module(f"edlite.commands.{module}"), module)

    def resolve_command(self, ctx: click.Context, args: list[str]):
        name, command, rest = super().resolve_command(ctx, args)
        return name, command, repeat_options(command, rest) if command else rest


def repeat_options(command: click.Command, args: list[str]) -> list[str]:
    """`--flight a b` as `--flight a --flight b`, for the options that may be given repeatedly."""
    many = {o for p in command.params if getattr(p, "multiple", False) for o in p.opts}
    expanded: list[str] = []
    option = None  # repeatable option whose values follow
    for argument in args:
        if argument.startswith("-"):
            option = argument if argument in many else None
            expanded += [] if option else [argument]
        else:
            expanded += [option, argument] if option else [argument]
    return expanded


class JsonObject(click.ParamType):
    """A JSON object on the command line."""

    name = "json"

    def convert(self, value, param, ctx):
        if isinstance(value, dict):
            return value
        try:
            parsed = json.loads(value)
        except json.JSONDecodeError as error:
            self.fail(f"not JSON: {error}", param, ctx)
        if not isinstance(parsed, dict):
            self.fail(f"a JSON object is expected, not {value!r}", param, ctx)
        return parsed


params_option = click.option(
    "--params",
    type=JsonObject(),
    default="{}",
    show_default=True,
    help="Configuration sections that this command needs, as a JSON object.",
)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="edlite")
@click.option("--log-level", default="INFO", show_default=True, help="Python logging level.")
def group(log_level: str) -> None:
    """Sensitivity of modelled carbon fluxes to root-zone soil moisture."""
    logging.basicConfig(
        level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )


def stop_in_order() -> None:
    """Let SIGTERM, which a scheduler sends at its time limit, unwind the program, so that
    half-written files are removed."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


def main(arguments: list[str] | None = None) -> None:
    """Entry point: an unusable input ends in one line on stderr and exit status 2."""
    stop_in_order()
    try:
        group(arguments, standalone_mode=True)
    except InputError as error:
        click.echo(f"edlite: error: {error}", err=True)
        sys.exit(2)
