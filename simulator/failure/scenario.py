"""A scenario: one tenant's world, as values. What a file leaves out has its default here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Literal

from simulator.failure import units

Record = Mapping[str, Any]
"""A literal session record in wire names, as given; `userMobile`, if given, is the number that finds it."""


@dataclass(frozen=True, slots=True)
class TenantSpec:
    """Who asks: credentials and what the tenant has switched on."""

    id: str
    secret: str = "secret"  # noqa: S105  the documented default of a simulator
    tokens: tuple[str, ...] = ()
    """Fixed tokens, accepted beside issued ones."""
    any_token: bool = False
    """Whether each non-empty token is accepted."""
    token_lifetime: int = 3600
    """Seconds."""
    flow_record: bool = True
    """The vendor's FLOWRECORDFLAG; when off, queries find nothing."""


@dataclass(frozen=True, slots=True)
class SettingsSpec:
    """The answers to what the vendor's documents leave open."""

    time_zone: tzinfo = UTC
    """Of `beginTime` and `endTime`."""
    time_zone_name: str = "UTC"
    error_status: int | None = None
    """The HTTP status of an error answer; None for the server's default."""
    numbers: Literal["refuse", "accept"] = "refuse"
    unknown_fields: Literal["ignore", "refuse"] = "ignore"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One tenant's world."""

    origin: str
    """The file it was read from."""
    tenant: TenantSpec
    description: str = ""
    settings: SettingsSpec = SettingsSpec()
    clock: int | None = None
    """The instant at which it stands still, epoch milliseconds; None for the time of day."""
    records: tuple[Record, ...] = ()

    @property
    def id(self) -> str:
        """The tenant id that the file gives it."""
        return self.tenant.id


def scenario(value: Mapping[str, Any], origin: str, stem: str) -> Scenario:
    """The scenario that the values of a file describe, once nothing is wrong with them."""
    clock = value.get("clock", "now")
    return Scenario(
        origin=origin,
        tenant=_tenant(value.get("tenant", {}), stem),
        description=value.get("description", "").strip(),
        settings=_settings(value.get("settings", {})),
        clock=None if clock == "now" else units.instant(clock),
        records=tuple(value.get("sessions", {}).get("records", ())),
    )


def _tenant(given: Mapping[str, Any], stem: str) -> TenantSpec:
    tokens = given.get("tokens", ())
    return TenantSpec(
        id=given.get("id", stem),
        secret=given.get("secret", "secret"),
        tokens=() if tokens == "any" else tuple(tokens),
        any_token=tokens == "any",
        token_lifetime=units.seconds(given.get("token_lifetime", 3600)) or 3600,
        flow_record=given.get("flow_record", True),
    )


def _settings(given: Mapping[str, Any]) -> SettingsSpec:
    name = given.get("time_zone", "UTC")
    status = given.get("error_status")
    return SettingsSpec(
        time_zone=units.time_zone(name) or UTC,
        time_zone_name=name,
        error_status=None if status is None else int(status),
        numbers=given.get("numbers", "refuse"),
        unknown_fields=given.get("unknown_fields", "ignore"),
    )
