"""Finds words such as `yes` without quotes where neither true nor false may stand.

The reader of YAML knows no keys: of each such word it says how a switch and how a text is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.scenario.lint.finding import Source
from oifde_simulator.scenario.yaml.scalars import SWITCHES
from oifde_simulator.text import KeyPath


def misplaced(violations: Iterable[Violation], source: Source) -> set[KeyPath]:
    """List the paths of such words where a number, a quantity, a list or a mapping is wanted."""
    return {
        each.path
        for each in violations
        if each.keyword == "type"
        and isinstance(each.found, bool)
        and not _takes_text(each.expected, "pattern" in each.schema)
        and source.text(each.path).lower() in SWITCHES
    }


def _takes_text(expected: Any, is_quantity: bool) -> bool:
    types = expected if isinstance(expected, list) else [expected]
    return "string" in types and not is_quantity
