"""Tells until when a query finds the same: until the next call of its user begins, or one is forgotten.

A record of a call that goes on may change at any time. Beyond midnight (UTC) nothing is promised.
"""

from __future__ import annotations

from collections.abc import Iterable

from oifde_simulator.model.sessions import CallSession, Criteria, Sessions
from oifde_simulator.population.generated_sessions import GeneratedSession
from oifde_simulator.population.history import NEVER, History
from oifde_simulator.population.literal import LiteralSession, LiteralSessions
from oifde_simulator.population.merging import MergedSessions


def steady_until(sessions: Sessions, criteria: Criteria, page: Iterable[CallSession], now: int) -> int:
    """Tell until when a query finds the same as at `now`, and its page of records stays as it was encoded.

    In epoch milliseconds; `now` where that is not known.
    """
    if not all(isinstance(each, LiteralSession | GeneratedSession) and each.settled for each in page):
        return now
    return _steady_until(sessions, criteria, now)


def _steady_until(sessions: Sessions, criteria: Criteria, now: int) -> int:
    match sessions:
        case LiteralSessions():
            return NEVER
        case History():
            return sessions.steady_until(criteria, now)
        case MergedSessions():
            return sessions.generated.steady_until(criteria, now)
    return now
