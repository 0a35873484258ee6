"""Make and judge tokens that need no store: 32 hex digits with issue time, number and a check.

Rule: pure. A verdict depends on token, time and the counted facts that are passed in, so any replica with
the same seed accepts a token that another one issued.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import blake2b

from oifde_simulator.model.credentials import TokenFacts, TokenJudgement, Verdict

CHECK_BYTES = 6
TIME_BYTES = 6
NUMBER_BYTES = 4
REMEMBERED = 10_000
"""Number of tokens whose issue time is kept, so that it is computed once."""


GOOD = TokenJudgement("good")


class Tokens:
    """Makes and judges the tokens of one tenant."""

    def __init__(
        self,
        *,
        seed: str,
        tenant: str,
        lifetime: int,
        fixed: Iterable[str] = (),
        anything: bool = False,
        single: bool = False,
        uses: int | None = None,
    ) -> None:
        """`lifetime` is in seconds; `fixed` tokens never expire; `anything` accepts each non-empty token.

        `single` expires a token when the next one is issued; `uses` is the number of times that a token
        is accepted, None for any number.
        """
        self.lifetime = lifetime
        self._single = single
        self._uses = uses
        self._fixed = frozenset(fixed)
        self._anything = anything
        self._key = blake2b(f"{seed}\0{tenant}".encode("utf-8", "surrogatepass"), digest_size=32).digest()
        self._remembered: dict[str, int] = {}

    def text(self, now: int, number: int) -> str:
        """Make the token with this number, good from `now` (epoch milliseconds); equal numbers repeat it."""
        # Guess: [second-token] the tokens before it stay valid; using one after a second would settle it.
        numbered = number % 2 ** (8 * NUMBER_BYTES)
        content = (now % 2 ** (8 * TIME_BYTES)).to_bytes(TIME_BYTES) + numbered.to_bytes(NUMBER_BYTES)
        check = self._check(content)
        return (check + self._masked(content, check)).hex()

    def judge(self, token: str | None, now: int, facts: TokenFacts) -> TokenJudgement:
        """Judge `token` at `now` (epoch milliseconds), and say whether a use must be counted."""
        if not token:
            return TokenJudgement("missing")
        if facts.ended is not None:
            return TokenJudgement(facts.ended)
        verdict = self._worth(token, now, facts.latest)
        if verdict != "good" or self._uses is None:
            return GOOD if verdict == "good" else TokenJudgement(verdict)
        return TokenJudgement("expired") if facts.used >= self._uses else TokenJudgement("good", True)

    def _worth(self, token: str, now: int, latest: str) -> Verdict:
        if self._anything or token in self._fixed:
            return "good"
        issued = self._remembered.get(token)
        if issued is None:
            issued = self._issue_time(token)
        if issued is None:
            return "unknown"
        # Guess: [token-expiry] counted from its issue, not from its last use; waiting would settle it.
        if self._single and latest not in ("", token):
            return "expired"
        return "good" if now < issued + self.lifetime * 1000 else "expired"

    def _issue_time(self, token: str) -> int | None:
        """Read the issue time (epoch milliseconds) out of a token; None where it is not of this tenant."""
        if len(token) != 2 * (CHECK_BYTES + TIME_BYTES + NUMBER_BYTES) or not token.isascii():
            return None
        try:
            octets = bytes.fromhex(token)
        except ValueError:
            return None
        check = octets[:CHECK_BYTES]
        content = self._masked(octets[CHECK_BYTES:], check)
        if octets.hex() != token or not hmac.compare_digest(check, self._check(content)):
            return None
        if len(self._remembered) >= REMEMBERED:
            self._remembered.clear()
        self._remembered[token] = issued = int.from_bytes(content[:TIME_BYTES])
        return issued

    def _check(self, content: bytes) -> bytes:
        return blake2b(content, digest_size=CHECK_BYTES, key=self._key, person=b"check").digest()

    def _masked(self, content: bytes, check: bytes) -> bytes:
        stream = blake2b(check, digest_size=len(content), key=self._key, person=b"mask").digest()
        return bytes(left ^ right for left, right in zip(content, stream, strict=True))
