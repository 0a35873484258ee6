"""Tenants as bytes and back: what a reset keeps (the source), and what it begins anew (the rest).

Rule: the bytes are ASCII, whatever texts clients gave, and scripts never look into them. Versions, epochs,
and the facts by which the store decides, are beside them.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from oifde_simulator.clock import ClockSetting
from oifde_simulator.model.tenant_state import AddedRule, TenantSource, TenantState


class Facts(NamedTuple):
    """What scripts read of a tenant, as whole numbers with a blank between."""

    made: int = 0
    gone: int = 0
    weight: int = 0
    """Bytes of memory that its scenario is charged with."""
    generation: int = 0

    @classmethod
    def of(cls, state: TenantState) -> Facts:
        """Tell the facts of a tenant."""
        weight = state.source.weight if state.source else 0
        return cls(int(state.made), int(state.gone), weight, state.generation)

    @classmethod
    def read(cls, octets: bytes) -> Facts:
        """Read the facts."""
        return cls(*map(int, octets.split()))


def encode_source(source: TenantSource | None) -> bytes:
    """Encode what a tenant was made of; empty for what the files have."""
    return b"" if source is None else _dumped(source)


def decode_source(source: bytes) -> TenantSource | None:
    """Decode what a tenant was made of."""
    return TenantSource(*json.loads(source)) if source else None


def encode_rest(state: TenantState) -> bytes:
    """Encode what changes of a tenant, and is as in the beginning after a reset."""
    return _dumped(
        [
            state.since,
            state.clock,
            state.added,
            sorted(state.removed),
            state.cleared,
            state.numbered,
            state.ends_tokens,
        ]
    )


def decode(
    id: str, version: int, epoch: int, facts: Facts, source: TenantSource | None, rest: bytes
) -> TenantState:
    """Put a tenant together."""
    since, clock, added, removed, cleared, numbered, ends_tokens = json.loads(rest)
    return TenantState(
        id,
        version,
        epoch,
        since,
        source,
        bool(facts.made),
        facts.generation,
        bool(facts.gone),
        None if clock is None else ClockSetting(*clock),
        tuple(AddedRule(*each) for each in added),
        frozenset(removed),
        cleared,
        numbered,
        ends_tokens,
    )


def _dumped(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
