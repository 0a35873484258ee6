"""Finds faults that come too late in a chain to find what they spoil. All are warnings.

Rule: a chain is tried on an answer; a fault that changes it alone, and nothing behind others, is too late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator import faults
from oifde_simulator.faults.plugins import is_plugin
from oifde_simulator.model.http import Request, Response
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath
from oifde_simulator.wire.script import Script, Send

COMPRESSING = ("gzip", "broken-gzip")
"""Faults after which a body is no text."""
ANSWER = b'{"errorCode":0,"errorMsg":"OK","total":0,"recordList":[]}'
"""Body on which chains are tried."""
MOST_TRIED = 20
"""Faults of a chain that are tried."""
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
    for place, message in _too_late(outcome.get("faults", ())):
        yield Finding((*path, "faults", place), message)


def _too_late(items: Sequence[Any]) -> Iterator[tuple[int, str]]:
    """Find faults behind one that sends nothing, and those that stand in a chain twice without effect."""
    chain = [faults.build(item) for item in items[:MOST_TRIED]]
    if len(chain) < 2 or any(is_plugin(type(each)) for each in chain):  # a plugin may do anything
        return
    scripts = [_script(chain[:count]) for count in range(len(chain) + 1)]
    silent = next((place for place, script in enumerate(scripts) if not _sends(script)), len(scripts)) - 1
    for place, fault in enumerate(chain):
        if scripts[place] != scripts[place + 1] or scripts[0] == _script([fault]):
            continue
        if items[place] in items[:place]:
            yield place, f"changes nothing: {fault.fault_name} stands before it already; remove one"
        elif place > silent:
            yield place, f"changes nothing: {chain[silent].fault_name} before it sends no byte; remove one"


def _sends(script: Script) -> bool:
    return any(isinstance(step, Send) and len(step.octets) for step in script)


def _script(chain: Sequence[faults.Fault]) -> Script:
    script = Response(200, ANSWER).script(Request("POST", "/", {}), 0)
    return faults.apply(script, chain, faults.FaultContext(KeyedRandom(b"check"), 0.0))
