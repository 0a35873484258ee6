"""Finds faults that come too late in a chain to find what they spoil. All are warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath

COMPRESSING = ("gzip", "broken-gzip")
"""Faults after which a body is no text."""
OF_TEXT = ("charset",)
"""Faults that leave a body which is no text as it is."""


def warnings(path: KeyPath, outcome: Mapping[str, Any]) -> Iterator[Finding]:
    """Warn of faults of a text, in an outcome at `path` of a rule, that come after compression."""
    before = ""
    for place, item in enumerate(outcome.get("faults", ())):
        name = item if isinstance(item, str) else next(iter(item))
        if before and name in OF_TEXT:
            message = f"{name} finds no text after {before}; put it before"
            yield Finding((*path, "faults", place), message)
        before = name if name in COMPRESSING else before
