"""Check parameters before the credential, for tenants whose policy says so."""

from __future__ import annotations

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.credential_step import Admission, CredentialStep
from oifde_simulator.model.vendor_errors import Problem
from oifde_simulator.oifde.credentials.interface import CredentialCheck, Credentials
from oifde_simulator.oifde.reading import Reading


@dataclass(frozen=True, slots=True)
class AfterParameters:
    """Checks a credential where no parameter is wrong; else it is neither judged nor counted."""

    check: CredentialCheck

    def step(self, reading: Reading, credentials: Credentials, now: int, /) -> CredentialStep | None:
        """Judge the credential, unless the request ends at its parameters."""
        return None if reading.problems else self.check.step(reading, credentials, now)

    def problem(self, reading: Reading, credentials: Credentials, admission: Admission, /) -> Problem | None:
        """Name the problem of the credential, unless the request ends at its parameters."""
        return None if reading.problems else self.check.problem(reading, credentials, admission)
