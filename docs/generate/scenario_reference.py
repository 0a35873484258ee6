"""Write the reference tables of docs/scenarios.md: `python docs/generate/scenario_reference.py --write`.

Rule: the tables follow from the schema of scenarios, the known errors and the code that draws latencies.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from latency_plots import plots
from oifde_simulator import resources
from oifde_simulator.faults import builtin_faults
from oifde_simulator.model.vendor_errors import KNOWN

PAGE = Path(__file__).parents[1] / "scenarios.md"
BEGIN, END = "<!-- {}, written by docs/generate/scenario_reference.py. -->\n", "<!-- End of {}. -->\n"
SCHEMA: Mapping[str, Any] = json.loads((resources.schemas() / "scenario.schema.json").read_bytes())
RULE: Mapping[str, Any] = SCHEMA["$defs"]["rule"]["properties"]
HEAD = ("key", "type", "default", "meaning", "example")
ELSEWHERE = ("rows", "patch", "faults")
"""Keys of a rule whose members have tables of their own, here or on another page."""
MOST_NAMED = 12
"""Values that a table lists."""
WORDS = {
    "integer": "whole number",
    "boolean": "`true` or `false`",
    "string": "text",
    "object": "mapping",
    "array": "list",
}
"""JSON types in words."""


def page() -> str:
    """Write the page with new tables."""
    text = PAGE.read_text()
    for name, block in blocks().items():
        begin, end = BEGIN.format(name), END.format(name)
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{block}\n{end}{rest.partition(end)[2]}"
    return text


def blocks() -> Mapping[str, str]:
    """Write each table, by its name in the page."""
    return {
        "Keys of a rule": table(HEAD, _rows(SCHEMA["$defs"]["rule"], "")),
        "Keys of rows": table(HEAD, _rows(RULE["rows"], "rows.")),
        "Keys of a patch": table(HEAD, _rows(RULE["patch"]["items"], "")),
        "Keys of latency": table(HEAD, _rows(builtin_faults()["latency"].fault_schema, "latency.")),
        "Latencies": plots(),
        "Errors": table(("name", "code", "words"), _errors()),
    }


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """Write a table."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _errors() -> Iterator[tuple[str, ...]]:
    for error in KNOWN:
        yield f"`{error.name}`", f"`{error.text}`", error.message


def _rows(mapping: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, ...]]:
    """Write a row for each key of a mapping, and for the keys inside of it."""
    needed = mapping.get("required", ())
    for name, written in mapping["properties"].items():
        about = _resolved(written)
        default = (
            f"`{_json(about['default'])}`" if "default" in about else "needed" if name in needed else "-"
        )
        meaning = _escaped(about["description"]).replace("*", "\\*")
        yield f"`{prefix}{name}`", _type(about), default, meaning, _example(name, about)
        if (prefix or name not in ELSEWHERE) and about.get("additionalProperties") is False:
            yield from _rows({"properties": {}, **about}, f"{prefix}{name}.")


def _resolved(about: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in about:
        return about
    target: Any = SCHEMA
    for step in about["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return {**target, **about}


def _type(about: Mapping[str, Any]) -> str:
    if len(about.get("enum", ())) > MOST_NAMED:
        return f"one of {len(about['enum'])} names"
    if "enum" in about:
        return " or ".join(f"`{_json(each).strip(chr(34))}`" for each in about["enum"])
    if "x-quantity" in about and about["x-quantity"] != "number":
        return str(about["x-quantity"]).replace("whole", "whole number")
    types = about.get("type", ())
    named = [types] if isinstance(types, str) else types
    return " or ".join(WORDS.get(each, each) for each in named) or _branches(about) or "any value"


def _branches(about: Mapping[str, Any]) -> str:
    branches = [_type(_resolved(each)) for word in ("oneOf", "anyOf") for each in about.get(word, ())]
    return " or ".join(dict.fromkeys(branches))


def _example(name: str, about: Mapping[str, Any]) -> str:
    examples = about.get("examples", ())
    return f"`{name}: {_escaped(_yaml(examples[0]))}`" if examples else ""


def _yaml(value: Any) -> str:
    """Write a value as YAML in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_yaml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    plain = isinstance(value, str) and value[:1].isalpha() and not set(value) & set(':#,[]{}"%')
    quantity = (
        isinstance(value, str) and value[:1].isdigit() and value.rstrip("%").isalnum() and not value.isdigit()
    )
    return value if plain or quantity else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: scenario_reference.py --write")
    PAGE.write_text(page())
