"""`oifde-simulator readyz`: ask a running server whether it is ready, once or until it is.

Rule: import little, since a container's health check runs this every few seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from pathlib import Path

from oifde_simulator.cli.parser import FAILED, OK
from oifde_simulator.client.errors import ControlProblem, Unreachable
from oifde_simulator.client.transport.blocking import Transport
from oifde_simulator.client.transport.endpoint import Endpoint
from oifde_simulator.config import Settings, settings
from oifde_simulator.model.http import url
from oifde_simulator.quantities import duration

PAUSE = 0.05
"""Seconds between two questions."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `readyz`."""
    parser.add_argument("--wait", action="store_true", help="keep asking until it is, or until --timeout")
    parser.add_argument("--timeout", default="30s", metavar="DURATION", help="default: 30s")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--url", help="the control plane; default: from the same environment as serve")
    where.add_argument("--ready-file", metavar="PATH", help="the file that serve writes its URLs into")


def execute(options: argparse.Namespace) -> int:
    """Print whether the server is ready and return the exit code."""
    patience = duration(options.timeout) if options.wait else 0.0
    given = {"ready_file": options.ready_file} if options.ready_file else {}
    chosen = settings(given, os.environ)
    address, reason = _ask_until_ready(options.url or chosen.ready_file or control_url(chosen), patience)
    if reason:
        print(f"not ready: {address}: {reason}", file=sys.stderr)
        return FAILED
    print(f"ready: {address}")
    return OK


def control_url(server: Settings) -> str:
    """Build the control plane's URL of a server with these settings."""
    return url("http", server.control_host, server.control_port)


def _ask_until_ready(source: str | Path, patience: float) -> tuple[str, str]:
    """Ask until the server is ready, or for `patience` seconds; return the address and why it is not ready.

    `source` is a URL or a ready file. The reason is empty if the server is ready.
    """
    deadline = time.monotonic() + patience
    pause = threading.Event()
    while True:
        address, reason = (source, "") if isinstance(source, str) else _read_ready_file(source)
        reason = reason or _ask(address, max(1.0, deadline - time.monotonic()))
        if not reason or time.monotonic() >= deadline:
            return address, reason
        pause.wait(PAUSE)


def _read_ready_file(path: Path) -> tuple[str, str]:
    """Read the control plane's URL; return the file itself and a reason if there is none."""
    try:
        return str(json.loads(path.read_bytes())["control"]), ""
    except FileNotFoundError:
        return str(path), "not written yet; expected it from serve --ready-file"
    except OSError as error:
        return str(path), f"cannot be read: {error.strerror}"
    except (ValueError, KeyError, TypeError):
        return str(path), "expected what serve --ready-file writes, with a control URL"


def _ask(address: str, timeout: float) -> str:
    """Ask the control plane once, for `timeout` seconds; return why it is not ready, or nothing."""
    try:
        transport = Transport(Endpoint(address, token=None, context=None, timeout=timeout))
    except ValueError:
        return "expected a URL such as http://127.0.0.1:8444"
    try:
        transport.request("GET", "/readyz")
    except ControlProblem as problem:
        return f"it answers {problem.status}"
    except Unreachable as error:
        return error.reason
    finally:
        transport.close()
    return ""
