"""Check the secret and the token of a request.

Rule: `CredentialPolicy` judges and is pure; `TenantCredentials` joins it to the counts of one tenant.
"""

from __future__ import annotations

import hmac
from typing import Protocol

from oifde_simulator.model.credentials import (
    ADMITTED,
    Admission,
    CredentialStep,
    SecretJudgement,
    SecretStep,
    Verdict,
)
from oifde_simulator.model.vendor_errors import (
    ACCOUNT_LOCKED,
    KEY_WRONG,
    TOKEN_EXPIRED,
    TOKEN_INVALID,
    Problem,
)
from oifde_simulator.oifde.credential_counts import CredentialCounts
from oifde_simulator.oifde.tokens import Tokens

# Guess: [error-codes] which code answers which fault is documented nowhere; captures would settle it.
TOKEN_PROBLEMS: dict[Verdict, Problem] = {
    "missing": Problem(TOKEN_EXPIRED, "authToken is missing; fetch one from gettoken"),
    "expired": Problem(TOKEN_EXPIRED, "authToken has expired; fetch another from gettoken"),
    "unknown": Problem(TOKEN_INVALID, "authToken was not issued to this tenant; fetch one from gettoken"),
}
"""Problem for each verdict on a token; a good token has none."""
# Guess: [account-lock] wrong secrets, however many, lock nothing; trying a hundred would settle it.
LOCKED = Problem(ACCOUNT_LOCKED, "too many wrong secrets; it opens again at a reset")
ENDINGS: dict[str, Verdict] = {"expire": "expired", "revoke": "unknown"}
"""Verdict on a token that a rule has ended, by the word of the rule."""
WRONG_SECRET = Problem(
    KEY_WRONG,
    "appSecret is not this tenant's secret",
    fix='send tenant.secret of its scenario file, which is "secret" where the file has none, or set it there '
    "to what the client sends; a tenant of POST /tenants has the appSecret of that answer; "
    "serve --any-credentials accepts every one",
)

LONGEST_TOKEN = 512
"""Length up to which a token can be ended, in characters; no issued token is longer."""


class Credentials(Protocol):
    """Checks the credentials of one tenant."""

    def admit(self, step: CredentialStep, now: int) -> Admission:
        """Check a secret or a token at `now` (epoch milliseconds), and count the attempt."""
        ...

    def issue(self, now: int) -> tuple[str, int]:
        """Issue a token; return it with its lifetime in seconds."""
        ...

    def end(self, how: str, token: object) -> None:
        """End a token by `expire` or `revoke`; ignore any other word, and what is no token."""
        ...

    def reset(self) -> None:
        """Restore the state at load."""
        ...


class CredentialPolicy:
    """Judges the secret and the tokens of one tenant from counted facts."""

    def __init__(self, secret: str | None, tokens: Tokens, lock_after: int | None = None) -> None:
        """None for `secret` accepts each one; `lock_after` wrong ones lock the account, None for never."""
        self.tokens = tokens
        self._secret = None if secret is None else secret.encode()
        self._lock_after = lock_after

    def judge_secret(self, secret: str, wrong: int) -> SecretJudgement:
        """Judge `secret` after `wrong` wrong ones in a row."""
        if self._lock_after is not None and wrong >= self._lock_after:
            return SecretJudgement(LOCKED, wrong)
        if self._secret is None or hmac.compare_digest(secret.encode(), self._secret):
            return SecretJudgement(None, 0)
        return SecretJudgement(WRONG_SECRET, wrong + 1)


class TenantCredentials:
    """Credentials of a tenant that exists."""

    def __init__(self, policy: CredentialPolicy, counts: CredentialCounts) -> None:
        self._policy = policy
        self._tokens = policy.tokens
        self._counts = counts

    def admit(self, step: CredentialStep, now: int) -> Admission:
        """Check a secret or a token at `now` (epoch milliseconds), and count the attempt."""
        if isinstance(step, SecretStep):
            return self._admit_secret(step, now)
        token = step.token
        judgement = self._tokens.judge(token, now, self._counts.facts(token or ""))
        if token and judgement.counts_use:
            self._counts.use(token)
        problem = TOKEN_PROBLEMS.get(judgement.verdict)
        return Admission(problem) if problem else ADMITTED

    def _admit_secret(self, step: SecretStep, now: int) -> Admission:
        judgement = self._policy.judge_secret(step.secret, self._counts.wrong_secrets)
        self._counts.wrong_secrets = judgement.wrong
        if judgement.problem or not step.issue:
            return Admission(judgement.problem)
        return Admission(None, *self.issue(now))

    def issue(self, now: int) -> tuple[str, int]:
        """Issue a token; return it with its lifetime in seconds."""
        token = self._tokens.text(now, self._counts.next_number())
        self._counts.issued(token)
        return token, self._tokens.lifetime

    def end(self, how: str, token: object) -> None:
        """End a token by `expire` or `revoke`; ignore any other word, and what is no token."""
        if isinstance(token, str) and 0 < len(token) <= LONGEST_TOKEN and how in ENDINGS:
            self._counts.end(token, ENDINGS[how])

    def reset(self) -> None:
        """Forget ended tokens, uses and wrong secrets."""
        self._counts.reset()
