"""Tokens that nobody stores: 32 hex digits that carry when they were issued, for whom, and a check.

Any replica with the same seed accepts a token that another issued. No two tokens of a tenant are equal,
even in one millisecond: they are numbered.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.model.credential_step import TokenVerdict

CHECK_BYTES = 6
TIME_BYTES = 6
NUMBER_BYTES = 4
NUMBERS = 2 ** (8 * NUMBER_BYTES)
"""Numbers after which they begin anew."""
ISSUED_KEPT = 4 << 20
"""Bytes of tokens whose check is remembered, so that a client's next call does not compute it again."""
ISSUED_WEIGHT = 350
"""Bytes that one of them takes."""


class Worth(NamedTuple):
    """Worth of a token, as far as that needs no count."""

    verdict: TokenVerdict
    number: int | None = None
    """Number that an issued token carries; None for another."""


ISSUED: BoundedCache[tuple[int, Worth]] = BoundedCache(ISSUED_KEPT, lambda name, issued: ISSUED_WEIGHT)
"""Time of issue and worth of good tokens, of all tenants, under the tenant's key and the token."""


class Tokens:
    """Writes and judges the tokens of one tenant. Pure: uses, ends and numbers are counted elsewhere."""

    def __init__(
        self, *, seed: str, tenant: str, lifetime: int, fixed: Iterable[str] = (), anything: bool = False
    ) -> None:
        """`lifetime` is in seconds; `fixed` tokens never expire; `anything` accepts each non-empty token."""
        self.lifetime = lifetime
        self._fixed = frozenset(fixed)
        self._anything = anything
        self._key = blake2b(f"{seed}\0{tenant}".encode("utf-8", "surrogatepass"), digest_size=32).digest()

    def issue(self, now: int, number: int) -> str:
        """Write the token of a number, good from `now` (epoch milliseconds)."""
        # Guess: [second-token] the tokens before it stay valid; using one after a second would settle it.
        content = (now % 2 ** (8 * TIME_BYTES)).to_bytes(TIME_BYTES) + (number % NUMBERS).to_bytes(
            NUMBER_BYTES
        )
        check = self._check(content)
        return (check + self._masked(content, check)).hex()

    def judge(self, token: str | None, now: int) -> Worth:
        """Judge `token` at `now` (epoch milliseconds)."""
        if not token:
            return MISSING
        if self._anything or token in self._fixed:
            return GOOD
        issued = ISSUED.find((self._key, token)) or self._decoded(token)
        if issued is None:
            return UNKNOWN
        # Guess: [token-expiry] counted from its issue, not from its last use; waiting would settle it.
        at, worth = issued
        return worth if now < at + self.lifetime * 1000 else Worth("expired", worth.number)

    def _decoded(self, token: str) -> tuple[int, Worth] | None:
        """Read when a token was issued, and its worth; None for one that was not issued to this tenant."""
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
        at, number = int.from_bytes(content[:TIME_BYTES]), int.from_bytes(content[TIME_BYTES:])
        return ISSUED.keep((self._key, token), (at, Worth("good", number)))

    def _check(self, content: bytes) -> bytes:
        return blake2b(content, digest_size=CHECK_BYTES, key=self._key, person=b"check").digest()

    def _masked(self, content: bytes, check: bytes) -> bytes:
        stream = blake2b(check, digest_size=len(content), key=self._key, person=b"mask").digest()
        mixed = int.from_bytes(content) ^ int.from_bytes(stream)
        return mixed.to_bytes(len(content))


GOOD, MISSING, UNKNOWN = Worth("good"), Worth("missing"), Worth("unknown")
