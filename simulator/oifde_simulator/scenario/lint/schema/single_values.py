"""Suggests what to write for a list where one value is expected."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.json_schema.plain_assertions import exact_types
from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.scenario.lint.schema.unknown_keys import SECRETS
from oifde_simulator.scenario.lint.schema.wording import plain
from oifde_simulator.text import KeyPath

EACH = {"match.endpoint": "endpoint", "window.at": "time of day", "state.is": "state"}
"""Keys of which several values are several rules, and what each is called."""
NEXT = (("state", "becomes"), ("state", "then"))
"""Keys with the state that follows."""
MOST_OUTCOMES = 3
"""Values of a list for which outcomes are written out."""


def fix(violation: Violation) -> str:
    """Suggest a value, or several rules, for a list; empty where that is not clear, and for secrets."""
    path, value = violation.path, violation.found
    if not isinstance(value, list) or str(path[-1] if path else "") in SECRETS:
        return ""
    return _written(path, value, violation.schema)


def _written(path: KeyPath, given: Sequence[Any], schema: Mapping[str, Any]) -> str:
    if len(given) < 2:
        fits = given and _fits(given[0], schema)
        return f"take the brackets or dashes away: {plain(given[0])}" if fits else ""
    noun = EACH.get(".".join(map(str, path[-2:])))
    if noun:
        return f"write a rule for each {noun}"
    if not all(_fits(each, schema) for each in given):
        return ""
    if path[-2:] in NEXT:
        return f"one state follows: write one of them, such as {plain(given[0])}"
    return _outcomes(path, given) if path[-2:-1] == ("respond",) else ""


def _outcomes(path: KeyPath, given: Sequence[Any]) -> str:
    """Write an outcome for each value of an answer."""
    if "one_of" in path:
        return "write an outcome for each"
    each = [f"{{respond: {{{path[-1]}: {plain(value)}}}}}" for value in given[:MOST_OUTCOMES]]
    more = ", ..." if len(given) > MOST_OUTCOMES else ""
    return f"for one of them by chance write one_of: [{', '.join(each)}{more}]"


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Check that a single value fits a schema, as far as its own keywords say."""
    if isinstance(value, dict | list) or value is None:
        return False
    if "enum" in schema:
        return value in schema["enum"]
    shaped = not isinstance(value, str) or re.search(schema.get("pattern", ""), value) is not None
    return shaped and type(value) in exact_types(schema.get("type", ()))
