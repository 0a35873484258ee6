"""Outcomes of exchanges on the wire: a value, and the recorder that the sender fills.

Rule: readers of the journal get an `Outcome`, never the recorder.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Literal, NamedTuple, Protocol

Ending = Literal["under way", "complete", "closed", "reset", "client left"]
"""How the sending of an answer ended."""


class Outcome(NamedTuple):
    """The end of one exchange."""

    how: Ending = "under way"
    sent: int = 0
    """Bytes handed to the connection, head and body."""
    seconds: float = 0.0
    """Time from the decision to the end; 0 while the answer is under way."""
    digest: str = ""
    """SHA-256 of what was sent of a recording; empty for other answers."""


UNDER_WAY = Outcome()
"""The outcome of every exchange until its sender reports another."""

Report = Callable[[str, int, Outcome], None]
"""Takes the tenant and the number of an entry, and its outcome."""


class Counter(Protocol):
    """A count of the exchange that is another one where its answer does not leave whole."""

    def end(self, outcome: Outcome, /) -> None:
        """Take the outcome, which is not `complete`."""


class OutcomeRecorder:
    """Counts the bytes of one answer and reports its outcome once."""

    __slots__ = ("_begun", "_counted", "_number", "_outcome", "_report", "_tenant", "digest", "sent")

    def __init__(self) -> None:
        self.sent = 0
        """Bytes handed to the connection so far."""
        self.digest: Callable[[], str] | None = None
        """Computes the digest of a recording that is sent; None for other answers."""
        self._begun = monotonic()
        self._outcome = UNDER_WAY
        self._report: Report | None = None
        self._counted: Counter | None = None

    def report_to(self, report: Report, tenant: str, number: int) -> None:
        """Call `report` with tenant, number and outcome at the end, or now if the end has come already."""
        self._report, self._tenant, self._number = report, tenant, number
        if self._outcome is not UNDER_WAY:
            report(tenant, number, self._outcome)

    def counted_as(self, counted: Counter) -> None:
        """Tell a count of an end that is not `complete` when it comes, or now if it has come already."""
        self._counted = counted
        if self._outcome is not UNDER_WAY and self._outcome.how != "complete":
            counted.end(self._outcome)

    def end(self, how: Ending) -> None:
        """Fix the outcome and report it; later calls change nothing."""
        if self._outcome is UNDER_WAY:
            digest = self.digest() if self.digest else ""
            seconds = monotonic() - self._begun
            # `Outcome(...)` costs twice as much.
            self._outcome = outcome = tuple.__new__(Outcome, (how, self.sent, seconds, digest))
            if self._report is not None:
                self._report(self._tenant, self._number, outcome)
            if how != "complete" and self._counted is not None:
                self._counted.end(outcome)
