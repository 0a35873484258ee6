"""Count what requests do to the credentials of one tenant, in the memory of this process.

Rule: no judgement here. This module imports only `model/`, so that it can move to where counts are shared.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from itertools import count
from typing import TypeVar

from oifde_simulator.model.credentials import NO_FACTS, TokenFacts, Verdict

MOST_MARKED = 100_000
"""Number of tokens that are kept as ended, and with their uses; the oldest is forgotten first."""

Mark = TypeVar("Mark")


class CredentialCounts:
    """Numbers, uses and ends of one tenant's tokens, and its wrong secrets."""

    def __init__(self, numbers: Iterator[int] | None = None) -> None:
        """`numbers` gives each issued token its number, none of them twice; from 0 where left out."""
        self.wrong_secrets = 0
        """Number of wrong secrets since the last right one."""
        self._numbers = count() if numbers is None else numbers
        self._used: OrderedDict[str, int] = OrderedDict()
        self._ended: OrderedDict[str, Verdict] = OrderedDict()
        self._latest = ""

    def facts(self, token: str) -> TokenFacts:
        """Look up what was counted about a token."""
        if not self._ended and not self._used and not self._latest:
            return NO_FACTS
        return TokenFacts(self._ended.get(token), self._used.get(token, 0), self._latest)

    def next_number(self) -> int:
        """Take the number of the next token."""
        return next(self._numbers)

    def issued(self, token: str) -> None:
        """Remember `token` as the newest."""
        self._latest = token

    def use(self, token: str) -> None:
        """Count one use of `token`."""
        _remember(self._used, token, self._used.get(token, 0) + 1)

    def end(self, token: str, verdict: Verdict) -> None:
        """Give `token` this verdict from now on."""
        _remember(self._ended, token, verdict)

    def reset(self) -> None:
        """Forget ends, uses and wrong secrets; go on with the numbers."""
        self._ended.clear()
        self._used.clear()
        self._latest = ""
        self.wrong_secrets = 0


def _remember(marks: OrderedDict[str, Mark], token: str, mark: Mark) -> None:
    if token not in marks and len(marks) >= MOST_MARKED:
        marks.popitem(last=False)
    marks[token] = mark
