"""Collect the choices of one tenant as a value."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import Literal

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.oifde.policy.time_bounds import TimeBounds
from oifde_simulator.oifde.sound import MadeSound, SoundSource

Named = tuple[tuple[str, int], ...]
"""Numbers by name, as a value that can be a key."""
HeaderChanges = tuple[tuple[str, str | None], ...]
"""Values of headers by name; None for a header to leave out."""


@dataclass(frozen=True, slots=True)
class ServicePolicy:
    """Behaviour of the service where the vendor's documents leave it open."""

    # Guess: [time-zone] the newest manual says UTC, IDs show UTC+8; a query around one call would settle it.
    time_zone: tzinfo = UTC
    """Time zone of beginTime and endTime."""
    # Guess: [error-status] sibling interfaces judge by 200 and errorCode; a capture would settle it.
    error_status: int = 200
    """HTTP status of an error answer."""
    error_statuses: Named = ()
    """HTTP statuses that differ from it, by kind, group, operation, or both, as in `gettoken.secret`."""
    codes: Named = ()
    """errorCodes that differ from the defaults, by kind."""
    error_body: Literal["full", "bare"] = "full"
    error_message: Literal["detailed", "documented"] = "detailed"
    check_order: Literal["credential", "parameters"] = "credential"
    """Which of two faults is found first."""
    response_headers: HeaderChanges = ()
    """Changes of the headers of each honest answer."""
    accept_numbers: bool = False
    """True to accept a number where the contract has a string."""
    refuse_unknown: bool = False
    """True to refuse fields that the contract does not have."""
    refuse_empty: bool = False
    """True to refuse null and an empty text in an optional field."""
    refuse_long_ids: bool = False
    """True to refuse an ID that is longer than documented."""
    refuse_content_type: bool = False
    """True to refuse a Content-Type that is wrong or missing."""
    refuse_reversed_times: bool = True
    """True to refuse an end before its beginning; False to find nothing."""
    loose_page_numbers: bool = False
    """True to read page numbers as loosely as most parsers do."""
    past_end: Literal["empty", "last", "zero-total", "error"] = "empty"
    selectors: Literal["all", "first", "call-first"] = "all"
    time_bounds: TimeBounds = TimeBounds()
    hint_zones: tuple[str, ...] = ()
    """Other time zones in which a client may mean its times, the likeliest first."""
    has_sessions: bool = False
    """True where the tenant has sessions that a query may miss."""
    sound: SoundSource = MadeSound()
    """Source of recordings."""
    recordings_late: int = 0
    """Milliseconds from the end of a call until its recording is there."""


def status_of(policy: ServicePolicy, operation: str, kind: str, group: str) -> int:
    """Find the HTTP status of an error: the most specific one that the policy has.

    From specific to general: operation and kind, operation and group, kind, group, operation, all.
    """
    if not policy.error_statuses:
        return policy.error_status
    named = dict(policy.error_statuses)
    asked = (f"{operation}.{kind}", f"{operation}.{group}", kind, group, operation)
    return next((named[name] for name in asked if name in named), policy.error_status)
