"""Chains of faults: each fault rewrites the script that the fault before it returned."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from oifde_simulator.faults.base import Fault, FaultContext
from oifde_simulator.faults.plugins import PluginError, blaming_the_plugin, is_plugin
from oifde_simulator.wire.octets import TooLarge
from oifde_simulator.wire.script import Close, Reset, Script, Send, Wait, materialized

log = logging.getLogger("oifde_simulator")


class Spoiled(NamedTuple):
    """A script after a chain of faults."""

    script: Script
    faults: tuple[str, ...]
    """Names of the faults that found something to change, in order."""


def apply(script: Script, faults: Iterable[Fault], context: FaultContext) -> Script:
    """Apply `faults` to a script, in their order."""
    return spoil(script, faults, context).script


def spoil(script: Script, faults: Iterable[Fault], context: FaultContext) -> Spoiled:
    """Apply `faults` to a script, in their order, and tell which of them changed it.

    Each fault has random numbers of its own, keyed by its name and its number among those of that name.
    So one more latency in the chain never changes what another fault draws.
    """
    random_of, used, changing = context.random.splitter(), Counter[str](), []
    for fault in faults:
        name, before = fault.fault_name, script
        own = replace(context, random=random_of(name, used[name]))
        try:
            script = (
                _rewrite_safely(fault, script, own) if is_plugin(type(fault)) else fault.rewrite(script, own)
            )
        except (TooLarge, OSError) as error:
            log.info("fault %s is left out: it needs the whole body at once: %s", name, error)
        used[name] += 1
        if script is not before and script != before:
            changing.append(name)
    return Spoiled(script, tuple(changing))


def _rewrite_safely(fault: Fault, script: Script, context: FaultContext) -> Script:
    """Apply a fault of a plugin; if it fails, log one line and return the script as it was."""
    try:
        return _rewrite(fault, script, context)
    except PluginError as error:
        log.error("fault %s failed and is left out: %s", fault.fault_name, error)
        return script


def _rewrite(fault: Fault, script: Script, context: FaultContext) -> Script:
    plain = materialized(script)  # plugins were promised bytes
    with blaming_the_plugin():
        rewritten = fault.rewrite(plain, context)
    if not (isinstance(rewritten, tuple) and all(map(_is_action, rewritten))):
        raise PluginError(f"expected a tuple of Send, Wait, Close and Reset, found {rewritten!r:.60}")
    return script if rewritten == plain else rewritten


def _is_action(action: object) -> bool:
    return isinstance(action, Send | Wait | Close | Reset)
