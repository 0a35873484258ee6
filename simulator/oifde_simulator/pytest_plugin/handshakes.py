"""TLS handshakes that were refused in a test, as the server's log has them, with the fix for a test."""

from __future__ import annotations

import json
import re
from pathlib import Path

from oifde_simulator.pytest_plugin.tenants import TenantRegistry, WatchedControl
from oifde_simulator_client import Control

HANDSHAKE = re.compile(r"a TLS handshake failed|a client (\S+ )?closed its connection right after the TLS")
"""Beginning of the server's words about a handshake or a certificate that was refused."""
FIXES = (
    (
        "(a file of an earlier start? fetch /ca.pem again, or keep the authority with --tls-dir)",
        "(give the client simulator.ca_file, or name that file in REQUESTS_CA_BUNDLE)",
    ),
    ("(--tls-name adds one)", "(@pytest.mark.simulator(tls_name=...) adds one)"),
)
"""Fixes for who starts a server, each with the one for who writes a test."""
LONGEST_LOG = 1 << 20
"""Bytes of the server's log that are read."""


def handshakes(control: Control, registry: TenantRegistry) -> list[str]:
    """List the handshakes that a server has refused since the running test began, and why."""
    if isinstance(control, WatchedControl) and control.log:
        return refused_handshakes(control.log, registry.marks.logs.get(control.log, 0))
    return []


def refused_handshakes(log: Path, start: int) -> list[str]:
    """Read from the server's log, from byte `start` on, which TLS handshakes were refused, and why."""
    try:
        with log.open("rb") as file:
            file.seek(start)
            text = file.read(LONGEST_LOG).decode("utf-8", "replace")
    except OSError:  # the server has ended, and its log with it
        return []
    return [_with_fix(_message(line)) for line in text.splitlines() if HANDSHAKE.search(line)]


def _with_fix(message: str) -> str:
    """Replace the fixes of a message by those of a test."""
    for of_server, of_test in FIXES:
        message = message.replace(of_server, of_test)
    return message


def _message(line: str) -> str:
    """Take the message out of a line of the log, which is JSON or a line for people."""
    try:
        return str(json.loads(line)["message"])
    except (ValueError, LookupError, TypeError):
        found = HANDSHAKE.search(line)
        return line[found.start() :] if found else line
