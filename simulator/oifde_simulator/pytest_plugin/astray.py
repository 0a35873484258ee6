"""Requests that went astray in a test: to a wrong path, as another tenant, unreadable, or refused by TLS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from oifde_simulator.oifde.operations import BY_PATH, TENANT_FIELDS
from oifde_simulator.pytest_plugin.lines import format_in_whole
from oifde_simulator.text import nearest
from oifde_simulator_client import Control, ControlProblem, Exchange

HANDSHAKE = re.compile(r"a TLS handshake failed|a client (\S+ )?closed its connection right after the TLS")
"""Beginning of the server's words about a handshake or a certificate that was refused."""
LONGEST_LOG = 1 << 20
"""Bytes of the server's log that are read."""


def astray(control: Control, since: int, ids: Sequence[str]) -> list[Exchange]:
    """Find the exchanges after number `since` that are of no test's tenant; `ids` are those of this session.

    They name no tenant that is known, or one that nobody has made, such as one of the gallery.
    """
    of_others = list(control.every_exchange(tenant={"not": {"enum": list(ids)}}, since=since))
    if of_others:
        made = {tenant.id for tenant in control.tenants() if tenant.made}  # of other workers
        of_others = [
            entry for entry in of_others if entry.tenant not in made and _is_on_record(control, entry)
        ]
    found = [*control.every_exchange(tenant=False, since=since), *of_others]
    return sorted(found, key=lambda entry: entry.number)


def _is_on_record(control: Control, entry: Exchange) -> bool:
    """Check that an entry is still there; those of a tenant that another worker has deleted are not."""
    try:
        control.exchange(entry.number)
    except ControlProblem:
        return False
    return True


def format_astray(control: Control, entry: Exchange, ids: Sequence[str]) -> str:
    """Write an exchange that went astray, with what was likely meant."""
    lines = [format_in_whole(control, entry), *(f"    {text}" for text in _hints(control, entry, ids))]
    if entry.tenant:
        lines.insert(1, f'    it was asked as tenant "{entry.tenant}", which no test has made')
    return "\n".join(lines)


def _hints(control: Control, entry: Exchange, ids: Sequence[str]) -> Iterator[str]:
    request = control.exchange(entry.number).request
    target = str(request.get("target") or "")
    if entry.endpoint is None and target:
        path = target.partition("?")[0]
        if request.get("port") and path in BY_PATH:
            port = request["port"]
            yield f"it came by the {port} port; give the client the tenant's url, such as simulator.url"
            return
        near = nearest(path, BY_PATH, cutoff=0.5)
        yield f"target: {target[:200]}" + (f"; did you mean {near}?" if near else "")
        return
    sent = [str(entry.request[name]) for name in TENANT_FIELDS if entry.request.get(name)]
    if sent or entry.tenant:
        near = next((found for name in sent if (found := nearest(name, ids))), "")
        meant = f"did you mean {near}? " if near else ""
        yield f"{meant}give the client the tenant's url and credentials, such as simulator.credentials"


def refused_handshakes(log: Path, start: int) -> list[str]:
    """Read from the server's log, from byte `start` on, which TLS handshakes were refused, and why."""
    try:
        with log.open("rb") as file:
            file.seek(start)
            text = file.read(LONGEST_LOG).decode("utf-8", "replace")
    except OSError:  # the server has ended, and its log with it
        return []
    return [_message(line) for line in text.splitlines() if HANDSHAKE.search(line)]


def _message(line: str) -> str:
    """Take the message out of a line of the log, which is JSON or a line for people."""
    try:
        return str(json.loads(line)["message"])
    except (ValueError, LookupError, TypeError):
        found = HANDSHAKE.search(line)
        return line[found.start() :] if found else line
