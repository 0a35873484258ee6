"""Whether the store of the state answers, as requests and heartbeats find it; each change is a log line.

Rule: with the state in this process it always does, and nobody asks.
"""

from __future__ import annotations

import logging

from oifde_simulator.state.errors import StoreGone

log = logging.getLogger("oifde_simulator")

LONGEST_REASON = 300
"""Characters of an error that are told."""


class StoreHealth:
    """Health of the store of one server."""

    def __init__(self) -> None:
        self.reason = ""
        """What is wrong with the store; empty where it answers."""
        self.unanswered = 0
        """Requests that got no answer of the vendor's, because the store gave none."""

    def lost(self, error: StoreGone) -> None:
        """Note that the store gave no answer."""
        before, self.reason = self.reason, " ".join(str(error).split())[:LONGEST_REASON] or "no answer"
        if not before:
            log.warning(
                "the store of the state does not answer: %s; requests that need it get 503 until it does",
                self.reason,
            )

    def refused(self, error: StoreGone) -> None:
        """Note a request that the store gave no answer for."""
        self.unanswered += 1
        self.lost(error)

    def found(self) -> None:
        """Note that the store answers."""
        if self.reason:
            self.reason = ""
            log.warning("the store of the state answers again; %d requests got 503 so far", self.unanswered)
