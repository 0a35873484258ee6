"""Regular expressions that Python and jsonschema-rs read alike: letters, classes, groups and repetitions.

Rule: an expression with anything else is jsonschema-rs's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

_MEMBER = r"(?:\\x[0-7][0-9A-Fa-f]|[A-Za-z0-9._: ])"
_CLASS = rf"\[\^?(?:{_MEMBER}(?:-{_MEMBER})?)+-?\]"
_REPETITION = r"(?:[?*+]|\{[0-9]{1,3}(?:,[0-9]{1,3})?\})?"
_PARTS = re.compile(
    rf"\^((?:(?:[A-Za-z0-9 :%_-]|\\\.|{_CLASS}|\((?![?*+{{]|\|)|\)){_REPETITION}|\|)*)\$(?:\(\?!\\n\))?"
)
_GROUP = re.compile(r"\([^()]*\)")


@cache
def plain_pattern(expression: str) -> Callable[[str], object] | None:
    """Compile an expression for a whole text, `^...$`; None for one that engines may read differently."""
    found = _PARTS.fullmatch(expression)
    if found is None or set("()|") & set(_without_groups(found[1])):
        return None
    try:
        return re.compile(found[1]).fullmatch
    except re.error:
        return None


def _without_groups(parts: str) -> str:
    while parts != (outer := _GROUP.sub("", parts)):
        parts = outer
    return parts
