"""How often requests are sent."""

from __future__ import annotations

import re

RATE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)/(s|m|h)")
SECONDS = {"s": 1, "m": 60, "h": 3600}


def interval(text: str) -> float:
    """Read `N/s`, `N/m` or `N/h` as the seconds between two requests."""
    from argparse import ArgumentTypeError

    found = RATE.fullmatch(text)
    if found is None or float(found[1]) == 0:
        raise ArgumentTypeError(f'expected a rate such as 1/s, 0.5/s or 30/m, found "{text}"')
    return SECONDS[found[2]] / float(found[1])
