"""Registry of all faults by name: first those of the modules in `builtin/`, then those of plugins.

Rule: the first look-up imports the built-in faults. The folder is listed, so a new file needs no other edit.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from oifde_simulator.faults import plugins
from oifde_simulator.faults.base import Fault


@cache
def builtin_faults() -> Mapping[str, type[Fault]]:
    """Import the built-in faults: name -> class, by module and then by place in it."""
    folder = import_module("oifde_simulator.faults.builtin")
    found: dict[str, type[Fault]] = {}
    for module in sorted(pkgutil.iter_modules(folder.__path__), key=lambda module: module.name):
        loaded = import_module(f"{folder.__name__}.{module.name}")
        for fault_class in plugins.fault_classes(loaded):
            if fault_class.__module__ != loaded.__name__:
                continue
            if fault_class.fault_name in found:
                raise TypeError(f'{loaded.__name__}: the name "{fault_class.fault_name}" is taken')
            found[fault_class.fault_name] = fault_class
    return found


@cache
def plugin_faults() -> Mapping[str, type[Fault]]:
    """Load the faults of plugins: name -> class."""
    return plugins.load(builtin_faults())


def known_faults() -> Mapping[str, type[Fault]]:
    """List all faults: name -> class, the built-in ones first."""
    return {**builtin_faults(), **plugin_faults()}


def find_fault(name: str) -> type[Fault] | None:
    """Find a fault by its name; plugins are read only for a name that is not built in."""
    return builtin_faults().get(name) or plugin_faults().get(name)
