"""Explains settings of faults that have none, such as `gzip` and `reset`."""

from __future__ import annotations

from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.scenario.lint.schema.wording import found


def message(violation: Violation, text: str) -> str:
    """Explain a value that a fault cannot have; empty for any other violation. `text` is what is written."""
    ending = fix(violation)
    return f"found {found(violation.found, text)}{ending}" if ending else ""


def fix(violation: Violation) -> str:
    """Write the end of the message where the violation is of a fault without settings; else empty."""
    path = violation.path
    if path[-3:-2] != ("faults",) or violation.schema.get("properties") != {}:
        return ""
    return f"; {path[-1]} has no settings: write it alone, as in faults: [{path[-1]}]"
