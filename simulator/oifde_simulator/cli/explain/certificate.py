"""The certificate that the client of a request of a file shows: `client_certificate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oifde_simulator.rules.conditions.certificate_conditions import PART, field_error
from oifde_simulator.text import shown


def read(given: Any) -> Mapping[str, str] | None:
    """Read the certificate that a client shows; true stands for one of which nothing is said.

    Raises ValueError.
    """
    if given is None or given is False:
        return None
    if given is True:
        return {"subject": ""}
    if not isinstance(given, dict):
        raise ValueError(
            f'expected {PART} as an object such as {{"subject": "CN=app-1"}}, found {shown(given)}'
        )
    for name, value in given.items():
        if error := field_error(name):
            raise ValueError(error)
        if not isinstance(value, str):
            raise ValueError(f"expected {PART}.{name} as a string, found {shown(value)}")
    return {"subject": "", **given}
