"""A scenario: one tenant's world, as values. What a file leaves out has its default here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any, Literal

from oifde_simulator.instants import instant, time_zone
from oifde_simulator.quantities import share, whole_seconds

if TYPE_CHECKING:
    from oifde_simulator.rules.selection import Rule

Record = Mapping[str, Any]
"""A literal session record in wire names, as given; `userMobile`, if given, is the number that finds it."""

DAYS = 90
"""Of retention, where a file names none."""


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
    single_token: bool = False
    """Whether a second gettoken ends the first token."""
    token_uses: int | None = None
    """How often a token may be used; None for any number."""
    lock_after: int | None = None
    """After how many wrong secrets the account is locked; None for never."""
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
    provenance: bool = True
    """Whether a spoiled answer has a header that names the rule."""


@dataclass(frozen=True, slots=True)
class GenerateSpec:
    """How sessions are generated."""

    seed: str | None = None
    """None for the server's."""
    locale: str = "en_US"
    days: int = DAYS
    """Of retention."""
    per_day: float = 0.5
    """Sessions a user and day, on average over all users."""
    mix: Mapping[str, float] | None = None
    """Weights of dialog types; None for the usual ones."""
    oddities: Mapping[str, float] = field(default_factory=dict)
    """Rates of the awkward that are not the usual ones."""
    users: Mapping[str, int] = field(default_factory=dict)
    """Exactly so many sessions for these numbers."""


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
    generate: GenerateSpec | None = None
    """None where nobody has a generated session."""
    rules: tuple[Rule, ...] = ()
    """In the order in which they are asked."""
    weight: int = 0
    """Bytes in which it came along with a request; 0 for one that was read from a file."""
    warnings: tuple[str, ...] = ()
    """What is not wrong in the file, and yet is hardly meant so."""

    @property
    def id(self) -> str:
        """The tenant id that the file gives it."""
        return self.tenant.id

    @property
    def summary(self) -> str:
        """First sentence of the description."""
        text = " ".join(self.description.split())
        return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0] or "(no description)"


def scenario(value: Mapping[str, Any], origin: str, stem: str) -> Scenario:
    """The scenario that the values of a file describe, once nothing is wrong with them."""
    clock = value.get("clock", "now")
    return Scenario(
        origin=origin,
        tenant=_tenant(value.get("tenant", {}), stem),
        description=value.get("description", "").strip(),
        settings=_settings(value.get("settings", {})),
        clock=None if clock == "now" else instant(clock),
        records=tuple(value.get("sessions", {}).get("records", ())),
        generate=_generate(value.get("sessions", {})),
        rules=_rules(value["rules"]) if "rules" in value else (),
    )


def _rules(given: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    from oifde_simulator.scenario import builder  # only wanted where there are rules

    return builder.rules(given)


def _generate(given: Mapping[str, Any]) -> GenerateSpec | None:
    how, users = given.get("generate", False), given.get("users", {})
    if how is False:
        return GenerateSpec(per_day=0.0, users=users) if users else None
    seed = how.get("seed")
    return GenerateSpec(
        seed=None if seed is None else str(seed),
        users=users,
        **{name: how[name] for name in ("locale", "days", "per_day", "mix") if name in how},
        oddities={name: share(rate) for name, rate in how.get("oddities", {}).items()},
    )


def _tenant(given: Mapping[str, Any], stem: str) -> TenantSpec:
    tokens = given.get("tokens", ())
    return TenantSpec(
        id=given.get("id", stem),
        secret=given.get("secret", "secret"),
        tokens=() if tokens == "any" else tuple(tokens),
        any_token=tokens == "any",
        token_lifetime=_lifetime(given.get("token_lifetime", 3600)),
        single_token=given.get("single_token", False),
        token_uses=given.get("token_uses"),
        lock_after=given.get("lock_after"),
        flow_record=given.get("flow_record", True),
    )


def _lifetime(given: int | str) -> int:
    return whole_seconds(given) if isinstance(given, str) else int(given)


def _settings(given: Mapping[str, Any]) -> SettingsSpec:
    name = given.get("time_zone", "UTC")
    status = given.get("error_status")
    return SettingsSpec(
        time_zone=time_zone(name) or UTC,
        time_zone_name=name,
        error_status=None if status is None else int(status),
        numbers=given.get("numbers", "refuse"),
        unknown_fields=given.get("unknown_fields", "ignore"),
        provenance=given.get("provenance", True),
    )
