"""Which probe is about which row of docs/fidelity.md, and why some rows have none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oifde_simulator.drift.judgement import Judgement

if TYPE_CHECKING:
    from oifde_simulator.drift.survey import Survey

Run = Callable[["Survey"], Awaitable[Judgement]]


@dataclass(frozen=True)
class Probe:
    """How one guess is probed."""

    key: str
    """Key of the row."""
    how: str
    """What is asked or looked at, as docs/fidelity.md has it."""
    run: Run


PROBES: dict[str, Probe] = {}
"""Probes by key; `drift.probes` fills it."""

NOT_PROBED = {
    "token-expiry": "it would take longer than a token lives",
    "internal-error": "it needs an outage of the service",
    "abnormal-body": "it needs an abnormal server",
    "repeated-hour": "it needs calls made while clocks go back",
    "flow-record": "it needs a system on which FLOWRECORDFLAG is disabled",
    "contacts": "it needs the calls of many users",
    "population-time-zone": "it needs the calls of many users",
    "calling-hours": "it needs a week of calls of many users",
    "outbound-hours": "it needs a week of calls of many users",
    "access-codes": "it needs a week of calls of many users",
    "recognition-errors": "it needs recordings beside their records",
}
"""Reason why a row has no probe, by key."""


def probe(key: str, how: str) -> Callable[[Run], Run]:
    """Register a function as the probe of a row."""

    def register(run: Run) -> Run:
        PROBES[key] = Probe(key, how, run)
        return run

    return register
