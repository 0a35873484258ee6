"""Check credentials for a tenant that does not exist: every check fails."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from oifde_simulator.model.credentials import Admission, CredentialStep, SecretStep
from oifde_simulator.model.vendor_errors import KEY_UNKNOWN, TOKEN_INVALID, Problem
from oifde_simulator.oifde.decoding import shown
from oifde_simulator.text import nearest


class UnknownTenant:
    """Credentials of a tenant that does not exist."""

    def __init__(self, name: object, known: Iterable[str] = ()) -> None:
        """`name` is what the request has as its tenant; the nearest of the `known` ids is suggested."""
        self._name = shown(name)
        self._named = isinstance(name, str) and name != ""
        self._hint = _suggestion(name, tuple(known)) if isinstance(name, str) and name else ""

    def admit(self, step: CredentialStep, now: int) -> Admission:  # noqa: ARG002
        """Refuse the tenant; a name that is no text has a problem of its own, and needs no other."""
        if isinstance(step, SecretStep):
            return Admission(Problem(KEY_UNKNOWN, f"appKey {self._name} is unknown{self._hint}"))
        unknown = Problem(TOKEN_INVALID, f"tenantId {self._name} is unknown{self._hint}")
        return Admission(unknown if self._named else None)

    def issue(self, now: int) -> tuple[str, int]:
        """Raise LookupError: an unknown tenant has no tokens."""
        raise LookupError(f"tenant {self._name} is unknown and is issued no token at {now}")

    def end(self, how: str, token: object) -> None:
        """Do nothing: there is no token to end."""

    def reset(self) -> None:
        """Do nothing: nothing is counted."""


@lru_cache(maxsize=256)
def _suggestion(name: str, known: tuple[str, ...]) -> str:
    near = nearest(name, known)
    return f"; did you mean {near}?" if near else ""
