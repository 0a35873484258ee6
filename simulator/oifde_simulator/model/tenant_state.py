"""What may change of a tenant while it is served, as values that a store can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal, NamedTuple

from oifde_simulator.clock import ClockSetting
from oifde_simulator.fast_dataclasses import dataclass


class TenantSource(NamedTuple):
    """What a tenant was made of."""

    text: str
    """Name of a scenario of the files, or a scenario that came along, as JSON or YAML."""
    format: Literal["name", "json", "yaml"]
    """Whether `text` names a scenario of the files, or is one."""
    weight: int = 0
    """Bytes of memory that a scenario which came along is charged with."""


class AddedRule(NamedTuple):
    """A rule that was added while the tenant was served."""

    name: str
    definition: Mapping[str, Any]
    """The rule as in a scenario file, without its name."""
    digest: str
    """Digest of the definition."""
    expires: float | None
    """Seconds of the store's clock at which it goes; None where it stays."""
    at: int | None = None
    """Epoch milliseconds of the tenant's clock when it was added; None where that is not known."""


class NewRule(NamedTuple):
    """A rule to be added."""

    name: str | None
    """None for one that is named by its place."""
    definition: Mapping[str, Any]
    digest: str
    """Digest of the definition."""
    ttl: float | None
    """Seconds after which it goes; None where it stays."""
    ends_tokens: bool
    """Whether it ends tokens."""
    at: int | None = None
    """Epoch milliseconds of the tenant's clock; None where that is not known."""


class RuleStanding(NamedTuple):
    """How a rule of a tenant stands."""

    name: str
    fired: int
    """Times since load or reset."""
    added: bool
    ttl: float | None
    """Seconds until it goes; None where it stays."""


@dataclass(frozen=True, slots=True)
class TenantState:
    """One tenant as it is now; a change makes another value."""

    id: str
    version: int
    """Raised by every change."""
    epoch: int
    """Raised where counting begins anew: load, reset, replacement, deletion."""
    since: int
    """Epoch milliseconds, time of day, of that beginning."""
    source: TenantSource | None = None
    """None for what the files have under this id."""
    made: bool = False
    """Whether it was made on demand, with credentials of its own."""
    generation: int = 0
    """Tenants that had this id before and are gone."""
    gone: bool = False
    """Whether it was deleted, though the files have it."""
    clock: ClockSetting | None = None
    """Setting of its clock; None for that of its scenario."""
    added: tuple[AddedRule, ...] = ()
    """Newest first, the order in which they are asked."""
    removed: frozenset[str] = field(default_factory=frozenset)
    """Names of rules of its scenario that were removed."""
    cleared: bool = False
    """Whether the rules of its scenario are left out."""
    numbered: int = 0
    """Rules that were ever added since the epoch began; names are made from it."""
    ends_tokens: bool = False
    """Whether a rule that ends tokens was ever added since the epoch began."""
