"""`match: {client_certificate: ...}`: conditions on the certificate that a client has shown.

`true` means that it has shown one, `false` that it has not: as for its subject, which every certificate has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oifde_simulator.text import did_you_mean, shown

PART = "client_certificate"
"""Key of `match`, and first part of the places of its conditions."""
FIELDS = ("subject", "common_name", "issuer", "serial", "names")
"""Fields of a certificate; all are texts."""


def certificate_fields(match: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read the conditions on the certificate from `match`: by field, empty where there are none."""
    wanted = match.get(PART, {})
    return {"subject": wanted} if isinstance(wanted, bool) else wanted


def implied_fields(match: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read the conditions on the certificate, and that there is one where a field of it is wanted."""
    wanted = certificate_fields(match)
    is_shown = any(each is not False for each in wanted.values())
    return {"subject": True, **wanted} if is_shown else wanted


def field_error(name: str) -> str:
    """Say that a certificate has no such field; empty where it has."""
    if name in FIELDS:
        return ""
    hint = did_you_mean(name, FIELDS) or f"; known here: {', '.join(FIELDS)}"
    return f"no field of {PART} is called {shown(name)}{hint}"
