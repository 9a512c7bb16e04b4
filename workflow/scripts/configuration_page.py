"""Print docs/reference/configuration.md, made from the schema of the configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from edlite.config import schema_keys

SCHEMA = Path(__file__).parents[1] / "schemas/config.schema.yaml"
HEAD = """# Configuration

Every key of the configuration, made from `workflow/schemas/config.schema.yaml` (`make reference`).
`config/config.yaml` is the demo, `config/test.yaml` the smallest complete run, `config/paper.yaml`
the full study; `make run CONFIG=mine.yaml` takes another file in place of the demo's. Unknown keys
are refused. Keys with a default may be left out. Relative paths start at the working directory, or
else at the project's folder.
"""


def page(schema: Mapping) -> str:
    """The page as Markdown: one section per top-level key, one row per key."""
    return "\n".join([HEAD, *_sections(schema)]).rstrip() + "\n"


def _sections(schema: Mapping) -> Iterator[str]:
    for section, rules in schema["properties"].items():
        yield f"## {section}\n"
        yield f"{_sentence(rules['description'])}\n"
        rows = list(schema_keys(rules)) or [(section, rules)]
        yield "| key | value | default | meaning |\n|---|---|---|---|"
        required = set(rules.get("required", []))
        for key, own in rows:
            if "properties" in own:
                continue
            own = _resolved(own, schema)
            default = "required" if key in required or key == section else "-"
            if "default" in own:
                default = f"`{json.dumps(own['default'])}`"
            cells = (f"`{key}`", _values(own, schema), default, own["description"])
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        yield ""


def _resolved(rules: Mapping, schema: Mapping) -> Mapping:
    if "$ref" not in rules:
        return rules
    return schema["$defs"][rules["$ref"].rpartition("/")[2]] | rules


def _values(rules: Mapping, schema: Mapping) -> str:
    rules = _resolved(rules, schema)
    if "enum" in rules:
        return ", ".join(f"`{json.dumps(value)}`".replace('"', "") for value in rules["enum"])
    kinds = rules["type"] if isinstance(rules["type"], list) else [rules["type"]]
    text = " or ".join(kinds)
    if "items" in rules:
        text = f"list of {_values(rules['items'], schema)}"
    if isinstance(rules.get("additionalProperties"), Mapping):
        text = f"mapping to {_values(rules['additionalProperties'], schema)}"
    limits = (("minimum", ">="), ("exclusiveMinimum", ">"), ("maximum", "<="))
    bounds = [f"{sign} {rules[key]:g}" for key, sign in limits if key in rules]
    return ", ".join([text, *bounds])


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


if __name__ == "__main__":
    print(page(yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))), end="")
