"""Judge the secret and the tokens of a tenant that exists."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from oifde_simulator.model.credential_step import (
    EndedToken,
    SecretStep,
    SecretVerdict,
    TokenStep,
    TokenVerdict,
)
from oifde_simulator.model.http import Request
from oifde_simulator.model.vendor_errors import (
    ACCOUNT_LOCKED,
    KEY_WRONG,
    TOKEN_EXPIRED,
    TOKEN_INVALID,
    Problem,
)
from oifde_simulator.oifde.authorization import Authorization
from oifde_simulator.oifde.credentials.access_keys import signature_problem
from oifde_simulator.oifde.credentials.tokens import Tokens
from oifde_simulator.randomness import key

TOKEN_PROBLEMS: dict[TokenVerdict, Problem] = {
    "missing": Problem(TOKEN_EXPIRED, "authToken is missing; fetch one from gettoken", kind="token_missing"),
    "expired": Problem(
        TOKEN_EXPIRED, "authToken has expired; fetch another from gettoken", kind="token_expired"
    ),
    "unknown": Problem(
        TOKEN_INVALID,
        "authToken was not issued to this tenant; fetch one from gettoken",
        kind="token_unknown",
    ),
}
# Guess: [account-lock] wrong secrets, however many, lock nothing; trying a hundred would settle it.
LOCKED = Problem(ACCOUNT_LOCKED, "too many wrong secrets; it opens again at a reset", kind="locked")
ENDINGS: dict[str, TokenVerdict] = {"expire": "expired", "revoke": "unknown"}
WRONG_SECRET = Problem(
    KEY_WRONG,
    "appSecret is not this tenant's secret",
    fix='send tenant.secret of its scenario file, which is "secret" where the file has none, or set it there '
    "to what the client sends; a tenant of POST /tenants has the appSecret of that answer; "
    "serve --any-credentials accepts every one",
    kind="wrong_secret",
)

LONGEST_TOKEN = 128
"""Characters of a token that is remembered as it is, and not by a digest."""


SECRET_PROBLEMS: dict[SecretVerdict, Problem] = {"wrong": WRONG_SECRET, "locked": LOCKED}


class TenantCredentials:
    """The credentials of a tenant that exists."""

    def __init__(
        self,
        secret: str | None,
        tokens: Tokens,
        *,
        lock_after: int | None = None,
        single: bool = False,
        uses: int | None = None,
        access_keys: Mapping[str, str] | None = None,
    ) -> None:
        """None for `secret` accepts each; after `lock_after` wrong ones the account is locked, or never.

        `single` ends a token when the next is issued; after so many `uses` a token has expired.
        `access_keys` has the secret of each access key; None accepts each signature.
        """
        self.counted = single or uses is not None
        self._secret = None if secret is None else secret.encode()
        self._tokens = tokens
        self._lock_after = lock_after
        self._single = single
        self._uses = uses
        self._access_keys = access_keys

    def token_step(self, token: str | None, now: int) -> TokenStep | None:
        """Judge a query's token at `now` (epoch milliseconds) without counts."""
        verdict, number = self._tokens.judge(token, now)
        text = token or ""
        if len(text) > LONGEST_TOKEN:
            text = remembered(text)
        # `TokenStep(...)` costs twice as much.
        return tuple.__new__(TokenStep, (text, verdict, number, self._single, self._uses, True))

    def secret_step(self, secret: str, issues: bool, /) -> SecretStep | None:
        """Compare gettoken's secret."""
        right = self._secret is None or hmac.compare_digest(secret.encode(), self._secret)
        return SecretStep(right, self._lock_after, issues)

    def token_problem(self, verdict: TokenVerdict) -> Problem | None:
        """Name the problem of a token; None for a good one."""
        return TOKEN_PROBLEMS.get(verdict)

    def secret_problem(self, verdict: SecretVerdict) -> Problem | None:
        """Name the problem of a secret; None for a good one."""
        return SECRET_PROBLEMS.get(verdict)

    def signature_problem(self, given: Authorization, request: Request, /) -> Problem | None:
        """Name the problem of an `Authorization` header; None for a good one."""
        return signature_problem(given, request, self._access_keys)

    def issue(self, now: int, number: int) -> tuple[str, int]:
        """Write a new token; returned with its lifetime in seconds."""
        return self._tokens.issue(now, number), self._tokens.lifetime

    def ended(self, how: str, token: object) -> EndedToken | None:
        """Describe the end of a token, by `expire` or `revoke`; None where there is nothing to end."""
        if how in ENDINGS and isinstance(token, str) and token:
            return EndedToken(remembered(token), ENDINGS[how])
        return None


def remembered(token: str) -> str:
    """Shorten a token to what is remembered of it: a client decides how long its tokens are."""
    return token if len(token) <= LONGEST_TOKEN else f"{key(token).hex()}:{len(token)}"
