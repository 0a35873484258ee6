"""Asks a running server's control plane whether it is ready. Standard library only."""

from __future__ import annotations

import http.client
import threading
import time
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from simulator.config import Settings
from simulator.http import url

PAUSE = 0.05
"""Seconds between two questions."""


def control_url(settings: Settings) -> str:
    """Where a server with these settings has its control plane."""
    return url("http", settings.control_host, settings.control_port)


def ask(control: str, patience: float) -> tuple[bool, str]:
    """Whether the server is ready, asked until it is or for `patience` seconds; and a line that says so."""
    deadline = time.monotonic() + patience
    never = threading.Event()
    while True:
        reason = _refusal(control, max(1.0, deadline - time.monotonic()))
        if not reason:
            return True, f"ready: {control}"
        if time.monotonic() >= deadline:
            return False, f"not ready: {control}: {reason}"
        never.wait(PAUSE)


def _refusal(control: str, seconds: float) -> str:
    # The machine's proxy settings are for the world outside, not for a simulator beside us.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"{control.rstrip('/')}/readyz", timeout=seconds):
            return ""
    except HTTPError as error:
        return f"it answers {error.code}"
    except (URLError, http.client.HTTPException, OSError) as error:
        return str(getattr(error, "reason", error))
    except ValueError:
        return "expected a URL such as http://127.0.0.1:8444"
