"""The faults by their names, how they are made from a scenario's words, and how they are chained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from oifde_simulator.faults import reading
from oifde_simulator.faults.connection import (
    CloseAfter,
    Cut,
    EmptyResponse,
    Garbage,
    ResetBefore,
    ResetMidBody,
)
from oifde_simulator.faults.encoding import Bom, BrokenGzip, InvalidUtf8, TrailingGarbage, TruncatedJson
from oifde_simulator.faults.fault import Fault, FaultError
from oifde_simulator.faults.head import BigHeaders, ContentType, Informational
from oifde_simulator.faults.holding import Hang, SlowClose
from oifde_simulator.faults.latency import Latency
from oifde_simulator.faults.length import ContentLength, MalformedChunk, NoContentLength
from oifde_simulator.faults.pacing import Bandwidth, Dribble, Slicer
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.wire.script import Script

__all__ = ["FAULTS", "Fault", "FaultError", "build", "name", "schema", "spoil"]

FAULTS: Mapping[str, type[Fault]] = {
    "latency": Latency,
    "dribble": Dribble,
    "bandwidth": Bandwidth,
    "slicer": Slicer,
    "hang": Hang,
    "empty-response": EmptyResponse,
    "reset": ResetBefore,
    "reset-mid-body": ResetMidBody,
    "cut": Cut,
    "garbage": Garbage,
    "slow-close": SlowClose,
    "close": CloseAfter,
    "content-length": ContentLength,
    "no-content-length": NoContentLength,
    "malformed-chunk": MalformedChunk,
    "bom": Bom,
    "invalid-utf8": InvalidUtf8,
    "truncated-json": TruncatedJson,
    "trailing-garbage": TrailingGarbage,
    "broken-gzip": BrokenGzip,
    "content-type": ContentType,
    "big-headers": BigHeaders,
    "informational": Informational,
}

NAMES = {fault: name for name, fault in FAULTS.items()}


def name(fault: Fault) -> str:
    """What a scenario calls this fault."""
    return NAMES[type(fault)]


def build(item: Any) -> Fault:
    """The fault that one item of `faults` describes: `reset`, or `{cut: {bytes: 40}}`. Raises FaultError."""
    given = {item: None} if isinstance(item, str) else item
    if not isinstance(given, Mapping) or len(given) != 1:
        raise FaultError((), "expected one fault as a mapping with one key, such as latency: 200ms")
    ((called, value),) = given.items()
    if called not in FAULTS:
        raise FaultError(
            (str(called),), f"unknown fault {shown(str(called))}{did_you_mean(str(called), FAULTS)}"
        )
    _check(called, value)
    try:
        return FAULTS[called].of(reading.read(FAULTS[called].settings, value, ()))
    except FaultError as error:
        raise FaultError((called, *error.path), error.message) from None


def _check(called: str, value: Any) -> None:
    declared = _declared(called)
    if declared.accepts(value):
        return
    for breach in declared.explain(value):
        advice = f"; {breach.schema['x-fix']}" if "x-fix" in breach.schema else ""
        raise FaultError((called, *map(str, breach.path)), breach.message + advice)


@cache
def _declared(called: str) -> Schema:
    return Schema(dict(FAULTS[called].settings))


def spoil(script: Script, faults: Iterable[Fault], draw: KeyedRandom, elapsed: float) -> Script:
    """The script after all of `faults`, in their order.

    Each draws by its own name and its number among those of that name, so one more latency in the
    chain never changes what another fault draws.
    """
    root, seen = draw.hex(16), Counter[str]()
    for fault in faults:
        called = name(fault)
        script = fault.rewrite(script, KeyedRandom(key(root, called, seen[called])), elapsed)
        seen[called] += 1
    return script


def schema() -> dict[str, Any]:
    """JSON Schema of one item of `faults`."""
    bare = [called for called, fault in FAULTS.items() if "null" in fault.settings["type"]]
    needs = {called: FAULTS[called].settings["examples"][0] for called in FAULTS if called not in bare}
    return {
        "title": "Fault",
        "description": "One way to spoil the wire: a name, or a mapping of one name to its settings.",
        "x-noun": "fault",
        "type": ["object", "string"],
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "properties": {called: dict(fault.settings) for called, fault in FAULTS.items()},
        "if": {"type": "string"},
        "then": {"enum": bare, "x-noun": "fault", "x-needs": needs},
        "examples": [{"latency": "200ms"}, {"cut": {"bytes": 40}}, "reset"],
        "x-fix": "write one fault as a mapping with one key, such as latency: 200ms",
    }
