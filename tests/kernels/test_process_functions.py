"""Every process function over random arguments of its valid range: finite, of the right sign, and
monotone where theory says so. A function without an entry in the table fails."""

import ast
import importlib
import inspect
from pathlib import Path

import numpy as np
import pytest

import edlite.kernels
from helpers.kernel_calls import sample
from helpers.process_cases import CASES
from helpers.process_ranges import RANGES

SEED = 21
ROUNDING = 1e-12  # of the larger of two results that theory orders


def decorators(node):
    """Names of what decorates a function."""
    calls = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
    return {d.id for d in calls if isinstance(d, ast.Name)}


def assigns_process(value):
    """Whether a value is a call of `process`."""
    return isinstance(value, ast.Call) and getattr(value.func, "id", "") == "process"


def process_functions():
    """`module.name` of all process functions, and of other compiled functions of scalars."""
    found = set()
    for path in sorted(Path(edlite.kernels.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                marks = decorators(node)
                public = not node.name.startswith(("_", "fill_"))
                if "process" in marks or ("njit" in marks and public):
                    found.add(f"{path.stem}.{node.name}")
            elif isinstance(node, ast.Assign) and assigns_process(node.value):
                found.add(f"{path.stem}.{node.targets[0].id}")
    return found


def draw(rng, name, n, own):
    """`n` values of an argument."""
    span = own.get(name) or RANGES[name]
    if isinstance(span, list):
        return rng.choice(span, n)
    low, high, *scale = span
    if scale == ["log"]:
        return np.exp(rng.uniform(np.log(low), np.log(high), n))
    return rng.uniform(low, high, n)


def argument_names(function, case):
    """Names of the arguments; those of the C library's functions are in the case's ranges."""
    try:
        return list(inspect.signature(getattr(function, "py_func", function)).parameters)
    except ValueError:
        return list(case.ranges)


def results(function, names, values):
    """(output, draw) of a function of scalars."""
    rows = zip(*(values[name] for name in names), strict=True)
    return (
        np.array([function(*map(float, row)) for row in rows]).reshape(len(values[names[0]]), -1).T
    )


def arguments(case, names, n, rng):
    """Values before `derive`, as drawn."""
    wanted = [x for x in (*names, *case.extra) if x in case.ranges or x in RANGES]
    return {x: draw(rng, x, n, case.ranges) for x in dict.fromkeys(wanted)}


def limits(limit, values):
    """Bound of each output as a column, or a row by draw."""
    if callable(limit):
        return limit(values)
    return np.reshape(np.asarray(limit, float), (-1, 1))


def test_table_is_complete():
    assert process_functions() == set(CASES)


@pytest.mark.parametrize("key", sorted(CASES))
def test_process_function(key):
    module, name = key.split(".")
    function = getattr(importlib.import_module(f"edlite.kernels.{module}"), name)
    case, n = CASES[key], sample(300)
    names = argument_names(function, case)
    rng = np.random.default_rng([SEED, *key.encode()])
    drawn = arguments(case, names, n, rng)

    def valid(values):
        return np.broadcast_to(case.where(case.derive(values)), n)

    def at(values, which):
        chosen = {x: v[which] for x, v in case.derive(values).items()}
        return chosen, results(function, names, chosen)

    inside = valid(drawn)
    assert np.mean(inside) > 0.3
    values, found = at(drawn, inside)
    assert np.all(np.isfinite(found))
    slack = 1e-14 * np.abs(found)
    assert np.all(found >= limits(case.low, values) - slack), f"{key} below its bound"
    assert np.all(found <= limits(case.high, values) + slack), f"{key} above its bound"
    for argument in (*case.rises, *case.falls):
        other = drawn | {argument: draw(rng, argument, n, case.ranges)}
        both = inside & valid(other)
        before, first = at(drawn, both)
        after, second = at(other, both)
        change = (second - first) * np.sign(after[argument] - before[argument])
        wrong = change if argument in case.falls else -change
        slack = ROUNDING * (np.abs(first) + np.abs(second)) + 1e-300
        assert np.all(wrong <= slack), f"{key} against {argument}"
