"""Regular expressions of clients: bounded in length and in work, so that none can hold the server up.

Those without look-around and back references take linear time; the others are given up on after
`BACKTRACKS` steps back, and then do not match.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from oifde_simulator.json_schema.schema import pattern

LONGEST = 2000
"""Characters of an expression."""
BACKTRACKS = 20_000
QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL)


@lru_cache(maxsize=256)
def whole(expression: str) -> Callable[[str], bool]:
    """Whether a text fits the expression from end to end, as Java's `matches` has it, with DOTALL.

    Raises ValueError for one that is too long or cannot be understood.
    """
    if len(expression) > LONGEST:
        raise ValueError(f"expected a regular expression of at most {LONGEST} characters")
    plain = QUOTED.sub(lambda match: re.escape(match[1]), expression)
    for each in (plain, wrapped := f"^(?s:{plain})$"):
        _compiled(each, expression)
    return _compiled(wrapped, expression)


def _compiled(expression: str, given: str) -> Callable[[str], bool]:
    try:
        return pattern(expression, backtracks=BACKTRACKS)
    except ValueError:
        raise ValueError(f"cannot understand the regular expression {given[:200]!r}") from None
