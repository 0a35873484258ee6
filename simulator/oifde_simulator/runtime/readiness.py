"""Asks a running server's control plane whether it is ready. Standard library only."""

from __future__ import annotations

import http.client
import json
import threading
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from oifde_simulator.config import Settings
from oifde_simulator.model.http import url

PAUSE = 0.05
"""Seconds between two questions."""


def control_url(settings: Settings) -> str:
    """Where a server with these settings has its control plane."""
    return url("http", settings.control_host, settings.control_port)


def place(url: str | None, settings: Settings) -> str | Path:
    """Where to ask: a URL, or the file that a server with these settings writes its URLs into."""
    return url or settings.ready_file or control_url(settings)


def ask(where: str | Path, patience: float) -> tuple[bool, str]:
    """Whether the server is ready, asked until it is or for `patience` seconds; and a line that says so."""
    deadline = time.monotonic() + patience
    never = threading.Event()
    while True:
        control, reason = (where, "") if isinstance(where, str) else _written(where)
        reason = reason or _refusal(control, max(1.0, deadline - time.monotonic()))
        if not reason:
            return True, f"ready: {control}"
        if time.monotonic() >= deadline:
            return False, f"not ready: {control}: {reason}"
        never.wait(PAUSE)


def _written(path: Path) -> tuple[str, str]:
    """The control plane's URL in a ready file, and nothing; or the file, and why there is none."""
    try:
        return str(json.loads(path.read_bytes())["control"]), ""
    except FileNotFoundError:
        return str(path), "not written yet; expected it from serve --ready-file"
    except OSError as error:
        return str(path), f"cannot be read: {error.strerror}"
    except (ValueError, KeyError, TypeError):
        return str(path), "expected what serve --ready-file writes, with a control URL"


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
