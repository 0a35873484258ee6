"""Where a control plane is, unless a program says so."""

from __future__ import annotations

import os

URL = "http://127.0.0.1:8444"
"""Default URL of the control plane of `serve`."""


def address_from_environment() -> tuple[str, str | None]:
    """Read URL and token from OIFDE_CONTROL and OIFDE_CONTROL_TOKEN; a shell may leave a line feed behind."""
    url = os.environ.get("OIFDE_CONTROL", "").strip()
    return url or URL, os.environ.get("OIFDE_CONTROL_TOKEN", "").strip() or None
