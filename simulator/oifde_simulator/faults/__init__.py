"""Faults spoil answers on the wire. Each stands in a file of `builtin/` or in a plugin: docs/extending.md.

Rule: importing this package imports no fault; building the first fault imports the built-in ones.
"""

from __future__ import annotations

from oifde_simulator.faults import settings
from oifde_simulator.faults.base import Fault, FaultContext, FaultError
from oifde_simulator.faults.chain import Spoiled, apply, spoil
from oifde_simulator.faults.declaration import fault
from oifde_simulator.faults.parser import build
from oifde_simulator.faults.registry import builtin_faults, known_faults
from oifde_simulator.faults.schema import item_schema
from oifde_simulator.faults.setting import value_or_default

__all__ = [
    "Fault",
    "FaultContext",
    "FaultError",
    "Spoiled",
    "apply",
    "build",
    "builtin_faults",
    "fault",
    "item_schema",
    "known_faults",
    "settings",
    "spoil",
    "value_or_default",
]
