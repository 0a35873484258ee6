"""Hints for a program that asks the data plane, the vendor's port, what only the control plane answers.

Rule: standard library only, and no I/O but the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from oifde_simulator_client.address import URL, address_from_environment

DATA_PLANE = "this is the data plane, which speaks the vendor's interface; the control plane is {}"
PERHAPS = "; is it up, or is this the data plane? The control plane speaks plain HTTP and is {}"
VENDOR_FIELDS = frozenset({"errorCode", "errorMsg"})
"""Fields of each failure of the vendor's interface."""


def wrong_plane(document: Mapping[str, Any], url: str) -> str:
    """Say that a refusal is the vendor's, and where the control plane is; empty for others."""
    if document.keys() >= VENDOR_FIELDS and "type" not in document:
        return DATA_PLANE.format(_control_plane(url))
    return ""


def perhaps_wrong_plane(url: str) -> str:
    """Ask whether a peer that speaks no plain HTTP, or no TLS, is the data plane."""
    return PERHAPS.format(_control_plane(url))


def _control_plane(asked: str) -> str:
    """Say where the control plane is: where the environment says, else where it is by default."""
    named = _bare(address_from_environment()[0])
    if named not in (URL, asked):
        return f"at {named} (OIFDE_CONTROL)"
    parts = urlsplit(asked)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = f"http://{host}:{urlsplit(URL).port}"
    return "where serve prints it" if usual == asked else f"at {usual} unless --control-port moves it"


def _bare(url: str) -> str:
    """Leave a user's name and password, and a slash at the end, out of a URL."""
    parts = urlsplit(url.rstrip("/"))
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
