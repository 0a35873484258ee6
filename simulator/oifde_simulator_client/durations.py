"""Durations written as text, as scenarios, options and the control plane read them.

Rule: the one grammar of durations; the simulator's `quantities` has it from here.
"""

from __future__ import annotations

import re

DURATION = r"[0-9]{1,9}(\.[0-9]{1,9})?(ms|s|m|h)"
"""Regular expression of a duration with its unit: `800ms`, `1.5s`, `5m`, `1h`."""
MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
"""Milliseconds in each unit of a duration."""
BILLION = 10**9
EXPECTED = "a duration with its unit such as 800ms, 2s or 5m"


def seconds(text: str) -> float:
    """Read a duration in seconds; `0s` is one. Raises ValueError for other text."""
    return billionths(text, EXPECTED) / (1000 * BILLION)


def billionths(text: str, expected: str) -> int:
    """Read a duration exactly, in billionths of a millisecond; `expected` is what the ValueError names."""
    found = re.fullmatch(DURATION, text, re.ASCII)
    if found is None:
        raise ValueError(f'expected {expected}, found "{text}"{_fix(text)}')
    whole, _, fraction = text.removesuffix(found[2]).partition(".")
    return int(f"{whole}{fraction:0<9}") * MILLISECONDS[found[2]]


def _fix(text: str) -> str:
    """Write the end of a message about a text that is none: `; write 30s`."""
    from oifde_simulator_client.duration_mistakes import duration_fix  # only wanted when something is wrong

    fix = duration_fix(text)
    return f"; {fix}" if fix else ""
