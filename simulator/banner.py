"""What `serve` prints when it is up: where it listens, which tenants, and a line to paste."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from simulator import __version__
from simulator.failure.scenario import Scenario
from simulator.oifde import contract
from simulator.oifde.routing import QUERY
from simulator.tenants import Tenants

MOST_SHOWN = 40
WIDEST = 100


def banner(tenants: Tenants, *, data_url: str, control_url: str, authority: bool) -> str:
    """The lines that `serve` prints; `authority` when the certificate comes from an authority of ours."""
    lines = [
        f"oifde-simulator {__version__}",
        f"  data plane     {data_url}",
        f"  control plane  {control_url}" + ("   (trust /ca.pem)" if authority else ""),
        "",
        *_table(tenants),
        "",
        "Try it:",
        f"  {_curl(tenants, data_url, control_url, authority)}",
        "",
    ]
    return "\n".join(lines)


def _table(tenants: Tenants) -> Iterator[str]:
    scenarios = list(tenants.scenarios.items())
    width = max((len(name) for name, _ in scenarios[:MOST_SHOWN]), default=0)
    for name, scenario in scenarios[:MOST_SHOWN]:
        line = f"  {name:{width}}  {_summary(scenario)}"
        yield line if len(line) <= WIDEST else line[: WIDEST - 3] + "..."
    if len(scenarios) > MOST_SHOWN:
        yield f"  and {len(scenarios) - MOST_SHOWN} more: see /tenants of the control plane"


def _summary(scenario: Scenario) -> str:
    return scenario.description.strip().partition("\n")[0] or f"{len(scenario.records):,} records"


def _curl(tenants: Tenants, data_url: str, control_url: str, authority: bool) -> str:
    name = "tenant001" if "tenant001" in tenants.scenarios else next(iter(tenants.scenarios))
    scenario = tenants.scenarios[name]
    first = next(iter(scenario.records), {})
    user = first.get("userMobile") or first.get("callSorId") or "18000000001"
    body = json.dumps({"tenantId": name, "authToken": tenants.token(name), "userMobile": user})
    path = next(path for path, operation in contract.operations().items() if operation.operation_id == QUERY)
    header = "Content-Type: application/json; charset=UTF-8"
    call = f"{data_url}{path} -H {shlex.quote(header)} -d {shlex.quote(body)}"
    if authority:
        return f"curl -s {control_url}/ca.pem -o oifde-ca.pem && curl --cacert oifde-ca.pem {call}"
    return f"curl {'-k ' if data_url.startswith('https') else ''}{call}"
