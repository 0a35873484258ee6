"""What WireMock's clients are tried on: two tenants, and ways to ask them and the admin API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from conftest import ACME, QUERY, TOKEN
from oifde_simulator.runtime.server import Simulator
from serving import fetch, running

STEPS = f"""
tenant: {{tokens: ["{TOKEN}"]}}
clock: "2026-01-01T00:00:00Z"
rules:
  - name: falls
    match: {{request: {{userMobile: "1"}}}}
    state: {{is: start, becomes: down}}
    respond: {{status: 503}}
  - {{name: is-down, state: {{is: down}}, respond: {{status: 503}}}}
"""
SCENARIOS = {"acme": ACME, "steps": STEPS}


@contextmanager
def queried(folder: Path) -> Iterator[Simulator]:
    """A server with three queries of acme on record, and a request to a path that there is not."""
    for name, text in SCENARIOS.items():
        (folder / f"{name}.yaml").write_text(text)
    with running(scenarios=(folder,), no_bundled=True) as simulator:
        for number in ("18000000001", "18000000001", "18000000002"):
            query(simulator, userMobile=number)
        fetch(f"{simulator.data_url}/nowhere?a=1", b"{}")
        yield simulator


def query(simulator: Simulator, **fields: Any) -> tuple[int, Any]:
    """Ask the vendor's interface; the status and the answer."""
    body = {"tenantId": "acme", "authToken": TOKEN} | fields
    status, _, octets = fetch(simulator.data_url + QUERY, orjson.dumps(body))
    return status, orjson.loads(octets) if octets else None


def admin(simulator: Simulator, path: str, body: Any = None, method: str | None = None) -> tuple[int, Any]:
    """Ask the admin API; the status and the decoded answer."""
    octets = None if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
    status, _, answer = fetch(f"{simulator.control_url}/__admin{path}", octets, method=method)
    return status, orjson.loads(answer) if answer else None
