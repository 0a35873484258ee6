"""Credentials of one tenant, as far as they are counted: tokens used and ended, wrong secrets.

Rule: bounded; the token that was marked first is forgotten first.
"""

from __future__ import annotations

from oifde_simulator.model.credential_step import (
    EndedToken,
    SecretStep,
    SecretVerdict,
    TokenStep,
    TokenVerdict,
)
from oifde_simulator.state.memory.counted_values import CountBudget, CountTable

MOST_MARKED = 100_000
"""Tokens that are remembered as ended, or with their uses."""


class CredentialCounters:
    """Counts of one tenant since its epoch began."""

    def __init__(self, budget: CountBudget | None = None) -> None:
        """`budget` has the bytes that all tenants share."""
        budget = budget or CountBudget()
        self._used: CountTable[str, int] = CountTable(budget, MOST_MARKED, "")
        self._ended: CountTable[str, TokenVerdict] = CountTable(budget, MOST_MARKED, "")
        self._latest: int | None = None
        self._wrong = 0

    def token(self, step: TokenStep) -> TokenVerdict:
        """Judge a token; a good one is used once more by this."""
        if ended := self._ended.get(step.token):
            return ended
        if step.worth != "good":
            return step.worth
        if step.single and None not in (step.number, self._latest) and step.number != self._latest:
            return "expired"
        if step.uses is not None:
            used = self._used.get(step.token) or 0
            if used >= step.uses:
                return "expired"
            if step.is_use:
                self._used.put(step.token, used + 1)
        return "good"

    def secret(self, step: SecretStep) -> SecretVerdict:
        """Judge a secret; wrong ones one after another are counted."""
        if step.lock_after is not None and self._wrong >= step.lock_after:
            return "locked"
        self._wrong = 0 if step.right else self._wrong + 1
        return "good" if step.right else "wrong"

    def issued(self, number: int) -> None:
        """Remember the number of the latest token."""
        self._latest = number

    def end(self, ended: EndedToken) -> None:
        """Judge a token so from now on."""
        self._ended.put(ended.token, ended.verdict)
