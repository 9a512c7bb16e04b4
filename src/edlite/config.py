"""The workflow's configuration: complete it from the defaults of its schema, then check it.

Commands never read the configuration; the workflow hands each one the sections that it needs.
"""

from __future__ import annotations

import copy
import datetime
import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from edlite.errors import InputError, require_file
from edlite.model.demography.settings import PRESETS
from edlite.parameters import load_pft


def complete_config(config: Mapping, schema: str | Path, source: str = "configuration") -> dict:
    """A copy of `config` with the schema's defaults filled in, checked against the schema.

    Parameters
    ----------
    config : as read from YAML (dates may be dates or text)
    schema : path of the JSON schema (draft 2020-12, written as YAML)
    source : name of the configuration in messages

    Raises
    ------
    InputError : the first problem; the message names the key, its value and what is accepted
    """
    rules = yaml.safe_load(require_file(schema).read_text(encoding="utf-8"))
    complete = _plain(config)
    _fill(complete, rules)
    for error in sorted(Draft202012Validator(rules).iter_errors(complete), key=_depth):
        raise _input_error(error, source)
    check_consistency(complete, source)
    return complete


def check_consistency(config: Mapping, source: str = "configuration") -> None:
    """Check what a schema cannot say: relations between keys. Raises InputError."""
    years, regions = config["years"]["run"], config["regions"]["names"]
    if years != list(range(years[0], years[0] + len(years))):
        raise InputError(source, "years.run", years, "consecutive years, each starting the next")
    demo, inputs = config["demo"], config["inputs"]
    if (demo is None) == (inputs is None):
        raise InputError(
            source,
            "demo, inputs",
            "both given" if demo else "both null",
            "one of them: demo for the synthetic demo, inputs for real data",
        )
    if config["synthetic"] != (demo is not None):
        raise InputError(
            source, "synthetic", config["synthetic"], "true with the demo, false with real inputs"
        )
    start, end = (_date(config["period"][key], f"period.{key}", source) for key in ("start", "end"))
    if not start < end:
        raise InputError(source, "period.end", str(end), f"a date after period.start, {start}")
    first, last = datetime.date(years[0], 1, 1), datetime.date(years[-1] + 1, 1, 1)
    if start < first or end > last:
        raise InputError(
            source, "period", f"{start} to {end}", f"a span within the run years, {first} to {last}"
        )
    for name in ("grass_pft", "crop_pft"):
        for region in regions:
            if region not in config["initial"][name]:
                raise InputError(source, f"initial.{name}.{region}", None, "a PFT for each region")
    towers = config["towers"]["names"]
    for site in config["texture"]["towers"]:
        if site not in towers:
            known = ", ".join(towers) or "none"
            raise InputError(source, "texture.towers", site, f"one of towers.names ({known})")
    cycle, last = config["spinup"]["cycle_years"], config["years"]["spinup"]
    if cycle is not None and last not in cycle:
        raise InputError(
            source, "spinup.cycle_years", cycle, f"a list that holds years.spinup, {last}"
        )
    for section, key in (("lai", "years"), ("forest", "inventory_years")):
        span = config[section][key]
        if span and span[0] > span[-1]:
            raise InputError(source, f"{section}.{key}", span, "first and last year")
    load_pft(config["model"]["parameters"], f"{source}: model.parameters")
    _check_dynamics(config["model"], source)


def _check_dynamics(model: Mapping, source: str) -> None:
    """Native and blended runs are compared patch by patch: their patches must stay."""
    try:
        slow = PRESETS[model["dynamics"]].changed(model["demography"] or {})
    except InputError as error:
        raise InputError(
            source, f"model.demography.{error.key}", error.value, error.expected
        ) from error
    if slow.patches_change:
        raise InputError(
            source,
            "model.dynamics",
            model["dynamics"],
            "static, fixed or growth, without disturbance and patch_fusion in model.demography:"
            " blending prescribes soil moisture by patch, so patches must stay (dynamics full is"
            " for site runs and single runs of `edlite simulate`)",
        )


def spinup_cycle(config: Mapping) -> list[int]:
    """Years that the spin-up repeats, in order; `years.spinup`, which the run follows, is last.

    config : a complete configuration
    """
    last = config["years"]["spinup"]
    years = config["spinup"]["cycle_years"]
    years = sorted({last, *config["years"]["run"]} if years is None else years)
    after = years.index(last) + 1
    return years[after:] + years[:after]


def _plain(value: Any) -> Any:
    """Copy with dates as ISO text: YAML reads an unquoted 2013-01-01 as a date."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def _fill(instance: Any, schema: Mapping) -> None:
    """Set missing keys of (nested) objects to the defaults of the schema, in place."""
    if not isinstance(instance, dict):
        return
    for key, rules in schema.get("properties", {}).items():
        if key not in instance and "default" in rules:
            instance[key] = copy.deepcopy(rules["default"])
        if key in instance:
            _fill(instance[key], rules)


def _depth(error: ValidationError) -> tuple[bool, str]:
    """Unknown keys first: a misspelt key often causes other errors."""
    return (error.validator != "additionalProperties", error.json_path)


def _input_error(error: ValidationError, source: str) -> InputError:
    place = ".".join(str(part) for part in error.absolute_path)
    prefix = f"{place}." if place else ""
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = next(key for key in error.instance if key not in known)
        near = difflib.get_close_matches(unknown, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"
        return InputError(source, f"{prefix}{unknown}", None, f"a known key ({hint})")
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return InputError(source, f"{prefix}{missing}", None, "a value: the key is required")
    return InputError(source, place or "content", error.instance, _expected(error))


def _expected(error: ValidationError) -> str:
    description = error.schema.get("description", "")
    return "; ".join(filter(None, [_rule(error.validator, error.validator_value), description]))


def _rule(name: str, value: Any) -> str:
    words = {
        "type": lambda: " or ".join([value] if isinstance(value, str) else value),
        "enum": lambda: "one of " + ", ".join(map(str, value)),
        "minimum": lambda: f"at least {value}",
        "exclusiveMinimum": lambda: f"more than {value}",
        "maximum": lambda: f"at most {value}",
        "exclusiveMaximum": lambda: f"less than {value}",
        "minItems": lambda: f"at least {value} entries",
        "maxItems": lambda: f"at most {value} entries",
        "uniqueItems": lambda: "no entry twice",
        "pattern": lambda: f"text that matches {value}",
    }
    return words[name]() if name in words else f"{name} {value}"


def _date(text: str, key: str, source: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise InputError(source, key, text, "a date such as 2013-01-31") from error


def schema_keys(schema: Mapping, prefix: str = "") -> Iterator[tuple[str, Mapping]]:
    """All keys of a schema, dotted, in its order, each with its part of the schema."""
    for key, rules in schema.get("properties", {}).items():
        yield f"{prefix}{key}", rules
        yield from schema_keys(rules, f"{prefix}{key}.")
