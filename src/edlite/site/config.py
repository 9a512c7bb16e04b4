"""The YAML of a site run: every key checked before any work is done.

docs/reference/site-run.md describes the keys. Paths in the file are relative to its folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from edlite.errors import InputError
from edlite.model.options import ModelOptions
from edlite.parameters import PFT_CODES
from edlite.site import settings as st
from edlite.site.config_soil import soil_of
from edlite.site.nodes import Node, read_yaml
from edlite.sources.tower import READERS

# switches of the model that a site run has under another key
ELSEWHERE = {
    "parameters": "parameters",
    "soil_colour": "soil.colour",
    "reference_height": "site.reference_height",
}


def read_site_run(path: str | Path) -> st.SiteRun:
    """Read and validate the YAML of a site run. Raises InputError naming file, key and value."""
    return parse_site_run(read_yaml(path), path)


def parse_site_run(content: Mapping, source: str | Path) -> st.SiteRun:
    """Validate the mapping of a site run; paths in it start at the folder of `source`.

    `source` names the mapping in messages; it need not exist. Raises InputError.
    """
    root = Node(content, source)
    site = _site(root.node("site"))
    time = root.node("time")
    start, end = time.day("start"), time.day("end")
    time.done()
    if end <= start:
        raise time.error("end", str(end), f"a day after the start, {start}")
    spinup = root.node("spinup", {})
    years = spinup.integer("years", 0, 1000, 0)
    spinup.done()
    run = st.SiteRun(
        source=Path(source),
        site=site,
        start=start,
        end=end,
        forcing=_forcing(root.node("forcing"), site),
        co2=_co2(root),
        stand=_stand(root.node("stand")),
        state=root.path("state", None),
        soil=soil_of(root.node("soil")),
        options=_options(root),
        parameters=_parameters(root),
        phenology=_phenology(root),
        spinup_years=years,
        prescribe=_prescribe(root, site),
        observations=_observations(root, site),
        output=_output(root.node("output", {})),
        synthetic=root.flag("synthetic", False),
        content=content,
    )
    root.done()
    return run


def _options(root: Node) -> dict:
    """Switches of the model, each checked here, where the file can be named."""
    options = root.raw("options", {})
    if not isinstance(options, Mapping):
        raise root.error("options", options, "a mapping")
    for name, value in options.items():
        given = {name: value}
        if name == "demography" and "dynamics" in options:  # changes of that preset
            given["dynamics"] = options["dynamics"]
        if name in ELSEWHERE:
            raise root.error(f"options.{name}", None, f"to stand under `{ELSEWHERE[name]}`")
        try:
            ModelOptions.from_mapping(given)
        except InputError as error:
            key = name if error.key == name else f"{name}.{error.key}"
            raise root.error(f"options.{key}", error.value, error.expected) from error
        except TypeError as error:  # text where a number is compared
            raise root.error(f"options.{name}", value, "a number (in YAML 1.0e-4)") from error
    return dict(options)


def _site(node: Node) -> st.Site:
    site = st.Site(
        name=node.text("name"),
        latitude=node.number("latitude", -90, 90, "degrees north"),
        longitude=node.number("longitude", -180, 180, "degrees east"),
        elevation=node.number("elevation", -430, 6000, "m", None),
        reference_height=node.number("reference_height", 1, 200, "m"),
    )
    node.done()
    return site


def _record(node: Node, site: st.Site, formats: tuple[str, ...], nested: bool = False) -> st.Record:
    """Keys that describe a record; the caller closes the node."""
    paths = node.paths("path")
    format = node.choice("format", formats)
    options: dict[str, object] = {}
    if format != st.MODEL_FORMAT:
        options["utc_offset"] = node.number("utc_offset", -12, 14, "h")
        if node.flag("check_clock", True):
            options["longitude"] = site.longitude
    if format not in (st.MODEL_FORMAT, "table") and node.has("theta_depths"):
        options["theta_depths"] = list(node.numbers("theta_depths", 0, 10, "m"))
    if format == "table":
        options["table"] = node.raw("table")
    if format in ("fluxnet", "ameriflux-l4") and node.has("partition"):
        options["partition"] = node.text("partition")
    if format == "ameriflux-l4" and node.has("year"):
        options["year"] = node.integer("year", 1900, 2100)
    if format == "fluxnet" and node.has("first_time"):
        options["first_time"] = str(node.raw("first_time"))
        options["step_s"] = node.number("step_s", 1800, 3600, "s", 1800.0)
    fill = None
    if not nested and format != st.MODEL_FORMAT and node.has("fill"):
        inner = node.node("fill")
        fill = _record(inner, site, tuple(READERS), nested=True)
        inner.done()
    return st.Record(paths, format, options, fill)


def _gaps(node: Node) -> st.Gaps:
    inner = node.node("gaps", {})
    gaps = st.Gaps(
        linear_hours=inner.number("linear_hours", 0, 240, "h", 0.0),
        diurnal_days=inner.integer("diurnal_days", 0, 60, 0),
        precipitation=inner.choice("precipitation", st.GAP_PRECIPITATION, "error"),
        ends=inner.choice("ends", st.GAP_ENDS, "error"),
    )
    inner.done()
    return gaps


def _forcing(node: Node, site: st.Site) -> st.Forcing:
    record = _record(node, site, st.FORMATS)
    default = "none" if record.format == st.MODEL_FORMAT else "mean-preserving"
    interpolation = node.choice("interpolation", tuple(st.INTERPOLATIONS), default)
    longwave = node.choice("longwave", st.LONGWAVE, "measured")
    gaps = st.Gaps() if record.format == st.MODEL_FORMAT else _gaps(node)
    node.done()
    return st.Forcing(record, interpolation, longwave, gaps)


def _co2(root: Node) -> float | Path | None:
    """A constant [umol mol-1], a file of monthly means, or None: from the forcing."""
    value = root.raw("co2")
    if value == "forcing":
        return None
    if isinstance(value, Mapping):
        node = root.node("co2")
        path = node.path("path")
        node.done()
        return path
    if isinstance(value, str):
        return root.path("co2")
    return root.number("co2", 150, 2000, 'umol mol-1 (or "forcing", or a file)')


def _stand(node: Node) -> st.Stand:
    if node.has("near_bare"):
        stand = st.Stand("near_bare", None, None, near_bare=_near_bare(node.node("near_bare")))
        node.done()
        return stand
    leaf_area, divide = node.path("leaf_area", None), node.flag("divide", True)
    if node.has("pss") or node.has("css"):
        stand = st.Stand("ed2", node.path("pss"), node.path("css"), leaf_area, divide)
    else:
        tables = node.path("patches"), node.path("cohorts")
        stand = st.Stand("tables", *tables, leaf_area, divide)
    node.done()
    return stand


SOIL_POOLS = ("fast", "structural", "slow")


def _near_bare(node: Node) -> st.NearBare:
    codes = node.raw("pfts")
    if not isinstance(codes, Sequence) or isinstance(codes, str) or not codes:
        raise node.error("pfts", codes, f"a list of {', '.join(PFT_CODES)}")
    for code in codes:
        if code not in PFT_CODES or list(codes).count(code) > 1:
            raise node.error("pfts", code, f"each once, of {', '.join(PFT_CODES)}")
    carbon = {f"{p}_carbon": node.number(f"{p}_carbon", 0, 200, "kgC m-2", 0.0) for p in SOIL_POOLS}
    seedlings = st.NearBare(
        tuple(codes), node.number("density", 1e-6, 100, "plants m-2", None), **carbon
    )
    node.done()
    return seedlings


def _parameters(root: Node) -> Mapping | Path:
    """Overrides {PFT: {name: value}}, also under `pft`, or the file that holds them."""
    node = root.node("parameters", {})
    if not node.has("pft"):
        return node.content
    value = node.raw("pft")
    overrides = value if isinstance(value, Mapping) else node.path("pft")
    node.done()
    return overrides


def _phenology(root: Node) -> Mapping[str, float] | None:
    """Days of year of MCD12Q2 or the parameters of the two logistic curves; None: no flush."""
    if not root.has("phenology"):
        return None
    node = root.node("phenology")
    if node.has("spring_a"):
        limits = {
            "spring_a": (0, 1),
            "spring_b": (-100, 0),
            "autumn_a": (0, 1),
            "autumn_b": (0, 100),
        }
    else:
        names = ("greenup", "mid_greenup", "senescence", "mid_greendown")
        limits = dict.fromkeys(names, (1, 366))
    values = {name: node.number(name, low, high, "") for name, (low, high) in limits.items()}
    if "greenup" in values:
        days = list(values.values())
        if days != sorted(set(days)):
            raise node.error("mid_greendown", days, f"increasing days of year: {', '.join(values)}")
    node.done()
    return values


def _prescribe(root: Node, site: st.Site) -> st.Prescribe | None:
    if not root.has("prescribe"):
        return None
    node = root.node("prescribe")
    prescribe = st.Prescribe(_record(node, site, tuple(READERS)), _gaps(node))
    node.done()
    return prescribe


def _observations(root: Node, site: st.Site) -> st.Record | None:
    if not root.has("observations"):
        return None
    node = root.node("observations")
    record = _record(node, site, tuple(READERS))
    node.done()
    return record


def _output(node: Node) -> st.Output:
    output = st.Output(
        step=node.choice("step", st.STEPS, "hour"),
        level=node.choice("level", st.LEVELS, "cell"),
        budgets=node.flag("budgets", True),
        stand=node.flag("stand", False),
        cohorts=node.choice("cohorts", st.COHORT_TABLES, "none"),
        state=node.flag("state", False),
    )
    node.done()
    return output
