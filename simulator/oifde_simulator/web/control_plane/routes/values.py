"""Values in bodies and URLs that need more than the document to be read."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from oifde_simulator.quantities import duration
from oifde_simulator.web.control_plane.problems import Problem

LONGEST_ID = 256
"""Characters of a tenant's id."""
LONGEST_NUMBER = 18
"""Digits of an entry's number."""


def duration_member(body: Mapping[str, Any], name: str) -> float | None:
    """Read a duration in seconds; None where the member is missing. Raises Problem."""
    try:
        return duration(body[name]) if name in body else None
    except ValueError as error:
        raise wrong_body(f"{name}: {error}") from None


def wrong_body(detail: str, **members: Any) -> Problem:
    """Make the problem of a body that fits the document and still cannot be meant so."""
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-body", detail, **members)


def is_entry_number(text: str) -> bool:
    """Check that a text can be the number of an entry of the journal."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER


def tenant_or_none_known(text: str) -> str:
    """Read a tenant's id; `false` stands for no known tenant, which is `""`. Raises ValueError."""
    if len(text) > LONGEST_ID:
        raise ValueError(f"expected at most {LONGEST_ID} characters, found {len(text)}")
    return "" if text == "false" else text
