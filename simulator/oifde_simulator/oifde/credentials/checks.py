"""Check the kinds of credentials that operations ask for: a tenant's secret, a token, and a signature.

Rule: a credential is not judged while the request is unclear about who asks.
"""

from __future__ import annotations

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.credential_step import Admission, SecretStep, TokenStep
from oifde_simulator.model.vendor_errors import Problem
from oifde_simulator.oifde.authorization import SignedRequest
from oifde_simulator.oifde.credentials.interface import Credentials
from oifde_simulator.oifde.reading import Reading


@dataclass(frozen=True, slots=True)
class SecretCheck:
    """Checks the tenant's secret, for which a token is issued."""

    field: str
    """Request field with the secret."""

    def step(self, reading: Reading, credentials: Credentials, _now: int, /) -> SecretStep | None:
        """Compare the secret; issue a token only where no other field is wrong."""
        if reading.identity:
            return None
        return credentials.secret_step(reading.values[self.field], not reading.problems)

    def problem(self, reading: Reading, credentials: Credentials, admission: Admission, /) -> Problem | None:
        """Name the problem of the secret, unless who asks is wrong already."""
        return None if reading.identity else credentials.secret_problem(admission.secret)


class SignatureCheck:
    """Checks the `Authorization` header; nothing about it is counted."""

    def step(self, _reading: Reading, _credentials: Credentials, _now: int, /) -> None:
        """Ask the state nothing."""
        return

    def problem(self, reading: Reading, credentials: Credentials, _admission: Admission, /) -> Problem | None:
        """Name the problem of the header."""
        assert isinstance(reading.parsed, SignedRequest)
        return credentials.signature_problem(reading.parsed.authorization, reading.parsed.request)


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """Checks the token of a request."""

    field: str
    """Request field with the token."""

    def step(self, reading: Reading, credentials: Credentials, now: int, /) -> TokenStep | None:
        """Judge the token, unless it is of a wrong type."""
        token = reading.values.get(self.field)
        return credentials.token_step(token, now) if token is None or isinstance(token, str) else None

    def problem(self, reading: Reading, credentials: Credentials, admission: Admission, /) -> Problem | None:
        """Name the problem of the token, unless it is of a wrong type."""
        token = reading.values.get(self.field)
        return credentials.token_problem(admission.token) if token is None or isinstance(token, str) else None
