"""Tokens that nobody stores: 32 hex digits that carry when they were issued, for whom, and a check.

Any replica with the same seed accepts what another issued. No two that one process issues for a
tenant are equal, even in one millisecond: they are numbered.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import count
from typing import Literal, TypeVar

CHECK_BYTES = 6
TIME_BYTES = 6
NUMBER_BYTES = 4
REMEMBERED = 10_000
"""Tokens whose check is remembered, so that a client's next call does not compute it again."""


Verdict = Literal["good", "missing", "expired", "unknown"]
"""What a token is worth."""


MOST_MARKED = 100_000
"""Tokens that are remembered as ended, or with their uses; the oldest is forgotten first."""

Mark = TypeVar("Mark")


class Tokens:
    """Issues and judges the tokens of one tenant."""

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
        numbers: Iterator[int] | None = None,
    ) -> None:
        """`lifetime` is in seconds; `fixed` tokens never expire; `anything` accepts each non-empty token.

        `single` ends a token when the next is issued; after so many `uses` a token has expired.
        `numbers` are those of the tokens to come, none of them twice; from 0 when left out.
        """
        self.lifetime = lifetime
        self._single = single
        self._uses = uses
        self._used: OrderedDict[str, int] = OrderedDict()
        self._ended: OrderedDict[str, Verdict] = OrderedDict()
        self._latest = ""
        self._fixed = frozenset(fixed)
        self._anything = anything
        self._key = blake2b(f"{seed}\0{tenant}".encode("utf-8", "surrogatepass"), digest_size=32).digest()
        self._numbers = count() if numbers is None else numbers
        self._remembered: dict[str, int] = {}

    def issue(self, now: int) -> str:
        """A new token, good from `now` (epoch milliseconds)."""
        # Guess: [second-token] the tokens before it stay valid; using one after a second would settle it.
        number = next(self._numbers) % 2 ** (8 * NUMBER_BYTES)
        content = (now % 2 ** (8 * TIME_BYTES)).to_bytes(TIME_BYTES) + number.to_bytes(NUMBER_BYTES)
        check = self._check(content)
        self._latest = (check + self._masked(content, check)).hex()
        return self._latest

    def end(self, token: str, verdict: Verdict) -> None:
        """From now on, judge `token` so: `expired` or `unknown`."""
        _remember(self._ended, token, verdict)

    def reset(self) -> None:
        """Forget which tokens were ended and how often each was used."""
        self._ended.clear()
        self._used.clear()
        self._latest = ""

    def judge(self, token: str | None, now: int) -> Verdict:
        """What `token` is worth at `now` (epoch milliseconds); a good one is used once more by this."""
        if not token:
            return "missing"
        if token in self._ended:
            return self._ended[token]
        verdict = self._worth(token, now)
        if verdict == "good" and self._uses is not None:
            used = self._used.get(token, 0)
            if used >= self._uses:
                return "expired"
            _remember(self._used, token, used + 1)
        return verdict

    def _worth(self, token: str, now: int) -> Verdict:
        if self._anything or token in self._fixed:
            return "good"
        issued = self._remembered.get(token)
        if issued is None:
            issued = self._issue_time(token)
        if issued is None:
            return "unknown"
        # Guess: [token-expiry] counted from its issue, not from its last use; waiting would settle it.
        if self._single and self._latest not in ("", token):
            return "expired"
        return "good" if now < issued + self.lifetime * 1000 else "expired"

    def _issue_time(self, token: str) -> int | None:
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


def _remember(marks: OrderedDict[str, Mark], token: str, mark: Mark) -> None:
    if token not in marks and len(marks) >= MOST_MARKED:
        marks.popitem(last=False)
    marks[token] = mark
