"""How exchanges ended, as arguments of scripts."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from oifde_simulator.model.outcome import Outcome
from oifde_simulator.model.turn import Leases
from oifde_simulator.state.valkey.exchanges.leases import lease_arguments
from oifde_simulator.state.valkey.names import packed
from oifde_simulator.state.valkey.store import Argument

Ending = tuple[str, int, Outcome, Leases]
"""Tenant, number, outcome, and leases that are given back."""


def outcome_arguments(endings: Sequence[Ending]) -> list[Argument]:
    """Encode the outcomes of exchanges on record, by tenant."""
    found: dict[str, list[Argument]] = {}
    for tenant, number, outcome, _ in endings:
        if number:
            found.setdefault(tenant, []).extend((b"o%d" % number, orjson.dumps([*outcome])))
    words: list[Argument] = []
    for tenant, of_tenant in found.items():
        words += packed(tenant), len(of_tenant), *of_tenant
    return words


def given_back_arguments(endings: Sequence[Ending]) -> list[Argument]:
    """Encode the leases that are given back."""
    return lease_arguments(lease for _, _, _, leases in endings for lease in leases)
