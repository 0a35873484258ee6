"""Literal and generated sessions together: literal ones win."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge

from simulator.sessions import CallSession, Criteria, Sessions


class Merged:
    """The sessions of one tenant: those its scenario spells out, and those that are generated."""

    def __init__(self, literal: Sessions, generated: Sessions) -> None:
        self._literal = literal
        self._generated = generated

    def select(self, criteria: Criteria, now: int) -> Sequence[CallSession]:
        """The sessions that fit, newest first; a literal one stands in for a generated one of its callId."""
        literal = self._literal.select(criteria, now)
        generated = self._generated.select(criteria, now)
        if not literal:
            return generated
        if not generated:
            return literal
        taken = {session.call_id for session in literal}
        rest = [session for session in generated if session.call_id not in taken]
        return list(merge(literal, rest, key=lambda session: -session.start))
