"""Judge credentials for a tenant that does not exist: every check fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oifde_simulator.model.credential_step import (
    EndedToken,
    SecretStep,
    SecretVerdict,
    TokenStep,
    TokenVerdict,
)
from oifde_simulator.model.http import Request
from oifde_simulator.model.recording_errors import UNAUTHORIZED
from oifde_simulator.model.vendor_errors import KEY_UNKNOWN, TOKEN_INVALID, Problem
from oifde_simulator.oifde.authorization import Authorization
from oifde_simulator.oifde.credentials.access_keys import ACCESS_KEY_FIX, NO_ACCESS_KEY, NO_AUTHORIZATION
from oifde_simulator.oifde.credentials.interface import Credentials
from oifde_simulator.oifde.decoding import shown

if TYPE_CHECKING:
    from oifde_simulator.near_names import NearNames


class UnknownTenant:
    """Credentials of a tenant that does not exist."""

    counted = False

    def __init__(self, name: object, known: NearNames | None = None) -> None:
        """`name` is what the request has as its tenant; the nearest of the `known` ids is suggested."""
        self._name = shown(name)
        self._named = isinstance(name, str) and name != ""
        near = known.nearest(name) if known and isinstance(name, str) and name else ""
        self._hint = f"; did you mean {near}?" if near else ""

    def token_step(self, _token: str | None, _now: int, /) -> TokenStep | None:
        """Ask nothing: the tenant is unknown, whatever its token."""
        return None

    def secret_step(self, _secret: str, _issues: bool, /) -> SecretStep | None:
        """Ask nothing: the key is unknown, whatever its secret."""
        return None

    def token_problem(self, _verdict: TokenVerdict, /) -> Problem | None:
        """Name the unknown tenant; a name that is no name has its own problem."""
        text = f"tenantId {self._name} is unknown{self._hint}"
        return Problem(TOKEN_INVALID, text, kind="unknown_tenant") if self._named else None

    def secret_problem(self, _verdict: SecretVerdict, /) -> Problem | None:
        """Name the unknown key."""
        text = f"appKey {self._name} is unknown{self._hint}"
        return Problem(KEY_UNKNOWN, text, kind="unknown_app_key")

    def signature_problem(self, given: Authorization, _request: Request, /) -> Problem | None:
        """Name the unknown access key."""
        if not given.access_key:
            return NO_AUTHORIZATION if not given.text else NO_ACCESS_KEY
        key = f"access key {self._name}" if given.formed else "the access key in Authorization"
        return Problem(UNAUTHORIZED, f"{key} is unknown{self._hint}", 401, ACCESS_KEY_FIX)

    def issue(self, now: int, number: int) -> tuple[str, int]:
        """Never called: a secret problem comes first."""
        raise LookupError(f"tenant {self._name} is unknown and is issued no token {number} at {now}")

    def ended(self, _how: str, _token: object, /) -> EndedToken | None:
        """End nothing."""
        return None


class NamelessTenant(UnknownTenant):
    """Credentials of requests that name no tenant and were given to one: none is accepted."""

    def __init__(self, name: object, home: Credentials) -> None:
        """`home` are the credentials of the tenant that has these requests."""
        super().__init__(name)
        self._home = home

    def token_step(self, token: str | None, now: int, /) -> TokenStep | None:
        """Judge the token of the tenant whose rule may end it; as it is refused, this is no use of it."""
        step = self._home.token_step(token, now)
        return step._replace(is_use=False) if step else None

    def ended(self, how: str, token: object) -> EndedToken | None:
        """Describe the end of a token of the tenant whose rule ends it."""
        return self._home.ended(how, token)
