"""Explains a keyword that JSON Schema does not have: another tool's word for one, or a misspelt one."""

from __future__ import annotations

import re

from oifde_simulator.json_schema.keywords import KEYWORDS
from oifde_simulator.text import did_you_mean, shown

OTHER_KEYWORDS = {
    **dict.fromkeys(("regex", "regexp", "re", "matches", "match", "like"), "pattern"),
    **dict.fromkeys(("in", "any", "anyof", "oneof", "values", "list"), "enum"),
    **dict.fromkeys(("equals", "equalto", "equal", "eq", "is", "value"), "const"),
    **dict.fromkeys(("min", "gte", "ge", "atleast"), "minimum"),
    **dict.fromkeys(("max", "lte", "le", "atmost"), "maximum"),
    **dict.fromkeys(("gt", "greaterthan", "morethan", "above"), "exclusiveMinimum"),
    **dict.fromkeys(("lt", "lessthan", "below"), "exclusiveMaximum"),
}
"""Keywords by the words of other tools, in small letters."""


def unknown_keyword(word: str) -> str:
    """Write the message about a keyword."""
    other = OTHER_KEYWORDS.get(re.sub("[^a-z]", "", word[:40].lower()), "")
    near = f'; did you mean "{other}"?' if other else did_you_mean(word, KEYWORDS)
    return f"no keyword is called {shown(word)}{near or '; see JSON Schema, draft 2020-12'}"
