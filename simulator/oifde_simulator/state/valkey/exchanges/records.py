"""Exchanges that are put on record, as arguments of one script.

Rule: each has a verdict of its own, and none is answered before the reply is here. Numbers are in the order
of the calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from oifde_simulator.model.credential_step import EndedToken
from oifde_simulator.model.turn import Fired
from oifde_simulator.state.interface import Read
from oifde_simulator.state.valkey.coverage.coverage import fired_words
from oifde_simulator.state.valkey.exchanges.steps import TOKEN_DIGITS
from oifde_simulator.state.valkey.names import packed
from oifde_simulator.state.valkey.store import Argument

Plan = tuple[Read, bool, str]
"""The tenant as it was read, whether its version was checked, and the tenant of the entry."""


class Record(NamedTuple):
    """An exchange that waits for its number."""

    plan: Plan
    size: bytes
    """Charge and time, with a blank between."""
    octets: bytes
    effects: Sequence[Argument]
    reply: asyncio.Future[int | None]
    """Takes the number; None where the tenant has changed."""

    @property
    def weight(self) -> int:
        """About how many bytes it has."""
        return len(self.octets)


def record_arguments(records: Sequence[Record], *, has_effects: bool) -> list[Argument]:
    """Encode records, by runs of those that were planned alike."""
    words: list[Argument] = []
    for (read, begun, tenant), same in groupby(records, _plan):
        run = [*same]
        words += packed(read.tenant), read.version, read.epoch, int(begun), packed(tenant), len(run)
        for each in run:
            words += each.size, each.octets
        for each in run if has_effects else ():
            words += len(each.effects), *each.effects
    return words


def effect_arguments(fired: Sequence[Fired], ended: EndedToken | None) -> Sequence[Argument]:
    """Encode what rules did; empty where they did nothing."""
    if not fired and ended is None:
        return ()
    words: list[Argument] = ["", ""]
    if ended is not None:
        words = [packed(ended.token), TOKEN_DIGITS[ended.verdict]]
    for each in fired:
        covered, outcome, faults = fired_words(each)
        words += (packed(each.rule), covered if each.scenario else "", outcome, len(faults), *faults)
    return words


def _plan(record: Record) -> Plan:
    return record.plan
