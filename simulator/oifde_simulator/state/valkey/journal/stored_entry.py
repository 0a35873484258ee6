"""Entries as the store has them: the entry and its outcome apart, since that comes later."""

from __future__ import annotations

import json

from oifde_simulator.model.entry import Entry
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.state.entry_codec import decode


def stored_entry(number: int, octets: bytes, outcome: bytes) -> Entry:
    """Make the entry of a number; `outcome` is empty while it is under way."""
    entry = decode(octets).numbered(number)
    return entry.finished(Outcome(*json.loads(outcome))) if outcome else entry
