"""The credential of a request as the state judges it: what is counted, beside what is computed."""

from __future__ import annotations

from typing import Literal, NamedTuple

TokenVerdict = Literal["good", "missing", "expired", "unknown"]
"""Worth of a token."""

SecretVerdict = Literal["good", "wrong", "locked"]
"""Worth of a secret."""


class TokenStep(NamedTuple):
    """A query's token, judged as far as that needs no count."""

    token: str
    """Text by which the token is remembered; bounded in length."""
    worth: TokenVerdict
    number: int | None
    """Number that an issued token carries; None for a fixed or arbitrary one."""
    single: bool
    """Whether a newer token ends this one."""
    uses: int | None
    """Times that a token may be used; None for any number."""
    is_use: bool = True
    """Whether it is used by this, where it is good."""


class SecretStep(NamedTuple):
    """A tenant's secret, compared, and the lock of its account."""

    right: bool
    lock_after: int | None
    """Wrong secrets after which the account is locked; None for never."""
    issues: bool
    """Whether a token is issued where the secret is good."""


CredentialStep = TokenStep | SecretStep
"""Credential check of one request."""


class Admission(NamedTuple):
    """Judgement of a credential."""

    token: TokenVerdict = "good"  # noqa: S105  a verdict
    secret: SecretVerdict = "good"  # noqa: S105  a verdict
    number: int = 0
    """Number of the token to issue, where a secret is good."""


class EndedToken(NamedTuple):
    """A token that a rule ends."""

    token: str
    verdict: TokenVerdict
    """Worth of the token from now on."""
