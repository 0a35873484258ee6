"""Explains a value that is none of those to choose from: another word, a path, an unknown name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.scenario.lint.schema import error_names, single_values, unknown_keys
from oifde_simulator.scenario.lint.schema.short_forms import endpoint
from oifde_simulator.scenario.lint.schema.wording import (
    LONGEST_CHOICE,
    advice,
    choices,
    found,
    listed,
    unquoted,
)
from oifde_simulator.scenario.yaml import confusables
from oifde_simulator.text import did_you_mean, shown

OPERATIONS = {
    "duplicate": "repeat", "multiply": "scale", "divide": "scale", "delete": "remove", "set": "replace",
    "update": "replace", "insert": "add", "rename": "move", "truncate": "cut", "pad": "fill",
}  # fmt: skip
"""Other words for the operations of a patch."""
OTHER_VALUES = {
    **dict.fromkeys((("order", word) for word in ("desc", "descending", "latest", "newest-first")), "newest"),
    **dict.fromkeys((("order", word) for word in ("asc", "ascending", "earliest", "oldest-first")), "oldest"),
    ("channels", "mono"): "1",
    ("channels", "stereo"): "2",
}
"""Values by their key and another word for them."""
COMMAS = "，﹐、；"
"""Characters that look like a comma, or stand for one in other scripts."""


def explained(violation: Violation, text: str) -> str:
    """Write the message about a value; `text` is the value as the document writes it."""
    allowed, value = violation.expected, violation.found
    if "x-needs" in violation.schema and isinstance(value, str):
        return _name(value, allowed, violation.schema)
    single = single_values.fix(violation)
    if violation.path[-1:] == ("error",):
        return f"expected one error, found a list; {single}" if single else error_names.explained(value)
    near = _near(violation) if isinstance(value, str) else ""
    if near and len(allowed) > LONGEST_CHOICE:
        return f"{found(value, text)} is none of the {len(allowed)} that are known here{near}"
    return f"expected {choices(allowed)}, found {found(value, text)}{near or advice(violation, single)}"


def _near(violation: Violation) -> str:
    """Suggest one of the values for a text: by another word for it, or the one that is like it."""
    key, word = str(violation.path[-1]), violation.found
    if other := OTHER_VALUES.get((key, word.lower())):
        return f"; write {other}"
    if key == "op" and word in OPERATIONS:
        return f'; did you mean "{OPERATIONS[word]}"?'
    if near := did_you_mean(word, [each for each in violation.expected if isinstance(each, str)]):
        return near
    name = endpoint(word) if violation.path[-2:] == ("match", "endpoint") else ""
    return f"; {name}" if name else ""


def _name(written: str, allowed: Sequence[str], schema: Mapping[str, Any]) -> str:
    """Explain a name that is unknown, or that needs a value beside it."""
    if example := schema["x-needs"].get(written):
        return f"{written} needs a value, such as {{{written}: {unquoted(example)}}}"
    known = [*allowed, *schema["x-needs"]]
    if slip := unknown_keys.slipped(written):
        return f"expected a fault, found {shown(written)}; {slip}"
    if comma := next((each for each in written if each in COMMAS), ""):
        fix = f"{confusables.name(comma)} separates nothing: write a comma and a space"
        return f"expected a fault, found {shown(written)}; {fix}"
    near = unknown_keys.other_fault(written) or did_you_mean(written, known) or listed(known)
    return f"unknown {schema['x-noun']} {shown(written)}{near}"
