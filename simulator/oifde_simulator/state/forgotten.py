"""The warning where counts of a value are forgotten, the same in every form of the state."""

from __future__ import annotations

import logging

log = logging.getLogger("oifde_simulator")


def warn(whose: str, kept: int) -> None:
    """Log that the oldest value of a table was forgotten, which had so many."""
    why = f"more than {kept} values; forgot the oldest, and will forget others in silence"
    if kept == 1:
        why = "all counts take too much memory; forgot its own, and will forget them in silence"
    log.warning("%s: %s", whose, why)
