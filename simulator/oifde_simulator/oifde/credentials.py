"""Who may ask: a tenant's token and secret, judged; and the same for a tenant that nobody knows."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from oifde_simulator.model.vendor_errors import (
    ACCOUNT_LOCKED,
    KEY_UNKNOWN,
    KEY_WRONG,
    TOKEN_EXPIRED,
    TOKEN_INVALID,
    Problem,
)
from oifde_simulator.oifde.decoding import excerpt
from oifde_simulator.oifde.tokens import Tokens, Verdict
from oifde_simulator.text import nearest

# Guess: [error-codes] which code answers which fault is documented nowhere; captures would settle it.
TOKEN_PROBLEMS: dict[Verdict, Problem] = {
    "missing": Problem(TOKEN_EXPIRED, "authToken is missing; fetch one from gettoken"),
    "expired": Problem(TOKEN_EXPIRED, "authToken has expired; fetch another from gettoken"),
    "unknown": Problem(TOKEN_INVALID, "authToken was not issued to this tenant; fetch one from gettoken"),
}
# Guess: [account-lock] wrong secrets, however many, lock nothing; trying a hundred would settle it.
LOCKED = Problem(ACCOUNT_LOCKED, "too many wrong secrets; it opens again at a reset")
ENDINGS: dict[str, Verdict] = {"expire": "expired", "revoke": "unknown"}
WRONG_SECRET = Problem(
    KEY_WRONG,
    "appSecret is not this tenant's secret",
    fix='send tenant.secret of its scenario file, which is "secret" where the file has none, or set it there '
    "to what the client sends; a tenant of POST /tenants has the appSecret of that answer; "
    "serve --any-credentials accepts every one",
)

LONGEST_TOKEN = 512
"""Characters of a token that is worth remembering as ended; a longer one was issued by nobody."""


class Credentials(Protocol):
    """Judges who asks."""

    def token_problem(self, token: str | None, now: int) -> Problem | None:
        """What is wrong with a query's token at `now` (epoch milliseconds); None when nothing is."""
        ...

    def secret_problem(self, secret: str) -> Problem | None:
        """What is wrong with gettoken's secret; None when nothing is."""
        ...

    def issue(self, now: int) -> tuple[str, int]:
        """A new token and its lifetime in seconds."""
        ...

    def end(self, how: str, token: object) -> None:
        """`expire` or `revoke` a token; anything else does nothing."""
        ...

    def reset(self) -> None:
        """Back to how it was at load."""
        ...


class TenantCredentials:
    """The credentials of a tenant that exists."""

    def __init__(self, secret: str | None, tokens: Tokens, lock_after: int | None = None) -> None:
        """None for `secret` accepts each; after `lock_after` wrong ones the account is locked, or never."""
        self._secret = None if secret is None else secret.encode()
        self._tokens = tokens
        self._lock_after = lock_after
        self._wrong = 0

    def token_problem(self, token: str | None, now: int) -> Problem | None:
        """What is wrong with a query's token at `now` (epoch milliseconds); None when nothing is."""
        verdict = self._tokens.judge(token, now)
        return None if verdict == "good" else TOKEN_PROBLEMS[verdict]

    def secret_problem(self, secret: str) -> Problem | None:
        """What is wrong with gettoken's secret; None when nothing is."""
        if self._lock_after is not None and self._wrong >= self._lock_after:
            return LOCKED
        if self._secret is None or hmac.compare_digest(secret.encode(), self._secret):
            self._wrong = 0
            return None
        self._wrong += 1
        return WRONG_SECRET

    def issue(self, now: int) -> tuple[str, int]:
        """A new token and its lifetime in seconds."""
        return self._tokens.issue(now), self._tokens.lifetime

    def end(self, how: str, token: object) -> None:
        """`expire` or `revoke` a token; anything else does nothing."""
        if isinstance(token, str) and 0 < len(token) <= LONGEST_TOKEN and how in ENDINGS:
            self._tokens.end(token, ENDINGS[how])

    def reset(self) -> None:
        """Back to how it was at load: nothing ended, nothing used, nothing locked."""
        self._tokens.reset()
        self._wrong = 0


class UnknownTenant:
    """The credentials of a tenant that nobody knows: nothing is right."""

    def __init__(self, name: object, known: Iterable[str] = ()) -> None:
        """`known` are the ids of those who are; the nearest is named, the others never are."""
        self._name = excerpt(name)
        self._named = isinstance(name, str) and name != ""
        self._meant = _meant(name, tuple(known)) if isinstance(name, str) and name else ""

    def token_problem(self, token: str | None, now: int) -> Problem | None:  # noqa: ARG002
        """The tenant is unknown, whatever its token; a name that is no name has its own problem."""
        return (
            Problem(TOKEN_INVALID, f"tenantId {self._name} is unknown{self._meant}") if self._named else None
        )

    def secret_problem(self, secret: str) -> Problem | None:  # noqa: ARG002
        """The key is unknown, whatever its secret."""
        return Problem(KEY_UNKNOWN, f"appKey {self._name} is unknown{self._meant}")

    def issue(self, now: int) -> tuple[str, int]:
        """Never called: a secret problem comes first."""
        raise LookupError(f"tenant {self._name} is unknown and is issued no token at {now}")

    def end(self, how: str, token: object) -> None:
        """There is nothing to end."""

    def reset(self) -> None:
        """There is nothing to forget."""


@lru_cache(maxsize=256)
def _meant(name: str, known: tuple[str, ...]) -> str:
    near = nearest(name, known)
    return f"; did you mean {near}?" if near else ""
