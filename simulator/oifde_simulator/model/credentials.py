"""Carry credentials between the room that judges them and the room that counts them.

Rule: values only. `oifde/` decides from these facts; whoever counts applies what a judgement says.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from oifde_simulator.model.vendor_errors import Problem

Verdict = Literal["good", "missing", "expired", "unknown"]
"""Worth of a token."""


class SecretStep(NamedTuple):
    """Check of a secret, with the wish for a token."""

    secret: str
    issue: bool
    """True to issue a token if the secret is right."""


class TokenStep(NamedTuple):
    """Check of a token, which is used once by this."""

    token: str | None


CredentialStep = SecretStep | TokenStep
"""Credential check of one request."""


class TokenFacts(NamedTuple):
    """Counted facts that the worth of one token depends on."""

    ended: Verdict | None = None
    """Verdict with which a rule ended the token; None where no rule did."""
    used: int = 0
    """Number of times the token was accepted."""
    latest: str = ""
    """Newest token of the tenant since load or reset; empty before the first."""


NO_FACTS = TokenFacts()
"""Facts about a token of which nothing was counted."""


class TokenJudgement(NamedTuple):
    """Worth of a token, and the effect on its counts."""

    verdict: Verdict
    counts_use: bool = False
    """True if one use of the token must be counted."""


class SecretJudgement(NamedTuple):
    """Problem with a secret, and the effect on the number of wrong ones."""

    problem: Problem | None
    wrong: int
    """Number of wrong secrets in a row after this one."""


class Admission(NamedTuple):
    """Result of a credential check."""

    problem: Problem | None = None
    """Reason for a refusal; None where the credential is right."""
    token: str = ""
    """Issued token; empty where none was wanted."""
    lifetime: int = 0
    """Lifetime of the issued token in seconds."""


ADMITTED = Admission()
"""Admission of a request that needs no credential, or cannot be checked."""
