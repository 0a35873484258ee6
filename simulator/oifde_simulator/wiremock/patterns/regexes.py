"""Regular expressions of clients.

Rule: length and work are bounded, so that no expression can hold the server up. An expression without
look-around and back references takes linear time; any other stops after `BACKTRACKS` steps back and then
does not match.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from oifde_simulator.bounded_cache import bounded_cache
from oifde_simulator.json_schema.bounded import LARGEST_PATTERN, check_classes
from oifde_simulator.json_schema.schema import pattern

LONGEST = 2000
"""Characters of an expression."""
BACKTRACKS = 20_000
"""Steps back of one search."""
QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL)
"""Quoted part of a Java expression."""


PATTERNS_KEPT = 16 << 20
"""Bytes of compiled expressions in the cache."""
PER_CHARACTER = 2048
"""Bytes of a compiled expression for each of its characters, where none is repeated by number."""


def _weigh(expression: str, _: object) -> int:
    most = LARGEST_PATTERN if "{" in expression else PER_CHARACTER * len(expression)
    return min(most, LARGEST_PATTERN - 4 * LONGEST)


@bounded_cache(PATTERNS_KEPT, _weigh, share=16)
def full_match(expression: str) -> Callable[[str], bool]:
    """Compile a test that a text matches from end to end, as Java's `matches` does with DOTALL.

    Raises ValueError for an expression that is too long or cannot be understood.
    """
    if len(expression) > LONGEST:
        raise ValueError(f"expected a regular expression of at most {LONGEST} characters")
    check_classes(expression)
    plain = QUOTED.sub(lambda match: re.escape(match[1]), expression)
    for each in (plain, wrapped := f"^(?s:{plain})$"):
        _compiled(each, expression)
    return _compiled(wrapped, expression)


def _compiled(expression: str, given: str) -> Callable[[str], bool]:
    try:
        return pattern(expression, backtracks=BACKTRACKS, largest=LARGEST_PATTERN)
    except ValueError:
        raise ValueError(f"cannot understand the regular expression {given[:200]!r}") from None
