"""What a service asks about credentials, and how an operation has its own checked."""

from __future__ import annotations

from typing import Protocol

from oifde_simulator.model.credential_step import (
    Admission,
    CredentialStep,
    EndedToken,
    SecretStep,
    SecretVerdict,
    TokenStep,
    TokenVerdict,
)
from oifde_simulator.model.http import Request
from oifde_simulator.model.vendor_errors import Problem
from oifde_simulator.oifde.authorization import Authorization
from oifde_simulator.oifde.reading import Reading


class Credentials(Protocol):
    """Judges credentials. Pure: facts that are counted come in as an Admission."""

    counted: bool
    """Whether a token's worth depends on what was counted."""

    def token_step(self, token: str | None, now: int, /) -> TokenStep | None:
        """Judge a query's token at `now` (epoch milliseconds) without counts; None where none are asked."""
        ...

    def secret_step(self, secret: str, issues: bool, /) -> SecretStep | None:
        """Compare gettoken's secret; `issues` where nothing else is wrong. None where no secret is asked."""
        ...

    def token_problem(self, verdict: TokenVerdict, /) -> Problem | None:
        """Name the problem of a token; None for a good one."""
        ...

    def secret_problem(self, verdict: SecretVerdict, /) -> Problem | None:
        """Name the problem of a secret; None for a good one."""
        ...

    def signature_problem(self, given: Authorization, request: Request, /) -> Problem | None:
        """Name the problem of an `Authorization` header; None for a good one."""
        ...

    def issue(self, now: int, number: int) -> tuple[str, int]:
        """Write a new token; returned with its lifetime in seconds."""
        ...

    def ended(self, how: str, token: object, /) -> EndedToken | None:
        """Describe the end of a token, by `expire` or `revoke`; None where there is nothing to end."""
        ...


class CredentialCheck(Protocol):
    """Checks the credential of one operation. Pure: what is counted comes in as an Admission."""

    def step(self, reading: Reading, credentials: Credentials, now: int, /) -> CredentialStep | None:
        """Judge the credential at `now` without counts; None where there is nothing that counts."""
        ...

    def problem(self, reading: Reading, credentials: Credentials, admission: Admission, /) -> Problem | None:
        """Name the problem of the credential; None for a good one."""
        ...
