"""Faults that other distributions bring, by entry points of the group `oifde_simulator.faults`.

Rule: entry points are read for a list of all faults, or for a name that is not built in. A broken plugin is
left out, and one line of the log says so.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from oifde_simulator.faults.base import Fault
from oifde_simulator.json_schema.schema import Schema

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "oifde_simulator.faults"
BUILTIN = "oifde_simulator.faults.builtin."
"""Prefix of the modules whose faults are built in."""

log = logging.getLogger("oifde_simulator")


class PluginError(Exception):
    """A plugin that cannot be loaded, or that failed."""


@contextmanager
def blaming_the_plugin() -> Iterator[None]:
    """Turn what a plugin raises into a PluginError of one line; only Ctrl-C goes on to end the process."""
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise PluginError(" ".join(f"{type(error).__name__}: {error}".split()).rstrip(":")) from error


def is_plugin(fault_class: type[Fault]) -> bool:
    """Check that a fault is not built in."""
    return not fault_class.__module__.startswith(BUILTIN)


def load(taken: Container[str]) -> dict[str, type[Fault]]:
    """Load the faults of all plugins: name -> class. The names `taken` are those of built-in faults."""
    from importlib.metadata import entry_points  # slow to import, and few scenarios need it

    found: dict[str, type[Fault]] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (_distribution(entry), entry.name)):
        try:
            loaded = _faults_of(entry)
            for name in loaded:
                if name in taken or name in found:
                    owner = "a built-in fault" if name in taken else "another plugin"
                    raise PluginError(f'the name "{name}" is taken by {owner}; choose another')
        except PluginError as error:
            log.warning("fault plugin %s of %s is left out: %s", entry.name, _distribution(entry), error)
        else:
            found |= loaded
    return found


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value


def _faults_of(entry: EntryPoint) -> dict[str, type[Fault]]:
    loaded = _import(entry)
    declared = {each.fault_name: each for each in fault_classes(loaded) if is_plugin(each)}
    if not declared:
        raise PluginError(f'expected a fault, or a module with faults, at "{entry.value}", found none')
    for name, fault_class in declared.items():
        _check(name, fault_class)
    return declared


def _import(entry: EntryPoint) -> object:
    with blaming_the_plugin():
        return entry.load()


def _check(name: str, fault_class: type[Fault]) -> None:
    try:
        schema = Schema(dict(fault_class.fault_schema))
    except ValueError as error:
        raise PluginError(f"the settings of {name} are no JSON Schema: {error}") from error
    for example in fault_class.fault_schema["examples"]:
        if not schema.accepts(example):
            raise PluginError(f"the example {example!r} of {name} does not fit its settings")


def fault_classes(place: object) -> Iterator[type[Fault]]:
    """Find the declared faults in a module, or the one that `place` is itself."""
    candidates = vars(place).values() if isinstance(place, ModuleType) else (place,)
    for each in candidates:
        if isinstance(each, type) and issubclass(each, Fault) and "fault_name" in vars(each):
            yield each
