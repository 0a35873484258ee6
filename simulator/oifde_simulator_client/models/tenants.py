"""Tenants: in a list, in whole, made on demand; their clocks, rules and sessions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from oifde_simulator_client.models.health import BrokenFile

HOST = re.compile(r"(?<=://)(\[[^\]]*\]|[^:/]+)")
"""Regular expression of the host in a URL."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of a tenant."""

    now: str
    """Instant in ISO 8601."""
    frozen: bool
    speed: float = 1
    """How fast it runs, or will when it goes on; 1 is as fast as real time."""

    @property
    def instant(self) -> datetime:
        """The same instant as a datetime in UTC."""
        return datetime.fromisoformat(self.now)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a tenant."""

    name: str
    fired: int
    """Number of times since load or reset."""
    added: bool
    """True for a rule added to the scenario's own."""
    ttl: float | None
    """Seconds until removal; None for a rule that stays."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant in a list."""

    id: str
    description: str
    records: int
    """Number of literal records."""
    generator: Mapping[str, Any] | None
    """Parameters of generated sessions; None without any."""
    made: bool
    """True for a tenant made on demand."""
    zone: str
    """Time zone of its service, a name or an offset."""


@dataclass(frozen=True, slots=True)
class TenantInWhole(Tenant):
    """A tenant with its scenario, clock and rules."""

    scenario: str
    """Id of its scenario."""
    clock: Clock
    rules: Sequence[Rule]
    """Rules in the order in which they are tried."""
    broken_file: BrokenFile | None = None
    """Its watched file, where that is wrong now; None for a good one."""


@dataclass(frozen=True, slots=True)
class MadeTenant:
    """A tenant made on demand, with its credentials."""

    tenant_id: str
    app_secret: str = field(repr=False)
    auth_token: str = field(repr=False)
    url: str
    """URL of the vendor's interface."""
    last: int = 0
    """Number of the server's newest exchange when it was made; 0 before the first."""
    access_key: str = ""
    """Access key for downloads of recordings; its secret key is `app_secret`."""
    recordings_url: str = ""
    """URL for downloads of recordings: that of their own port, or the same as `url`."""

    def reached_at(self, url: str) -> MadeTenant:
        """Copy with another `url`; a port of recordings keeps its number, at the host of this one.

        A `recordings_url` at another host than `url` is told on purpose, and stays.
        """
        url, recordings = url.strip().rstrip("/"), self.recordings_url
        if recordings in ("", self.url):
            return replace(self, url=url, recordings_url=url)
        own, beside, other = (HOST.search(each) for each in (self.url, recordings, url))
        if own and beside and other and own[0] == beside[0]:
            recordings = recordings[: beside.start()] + other[0] + recordings[beside.end() :]
        return replace(self, url=url, recordings_url=recordings)


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of a number."""

    total: int
    sessions: Sequence[Mapping[str, Any]]
    """Records as the vendor's interface writes them, newest first."""
