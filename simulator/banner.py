"""What `serve` prints when it is up: where it listens, which tenants, and a line to paste."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Iterator

from simulator import __version__, choosing
from simulator.oifde import contract
from simulator.oifde.routing import QUERY
from simulator.population import generator
from simulator.tenants import Tenants

MOST_SHOWN = 40
WIDEST = 100


def banner(tenants: Tenants, *, data_url: str, control_url: str, authority: bool) -> str:
    """The lines that `serve` prints; `authority` when the certificate comes from an authority of ours."""
    curl = _curl(tenants, data_url, control_url, authority)
    lines = [
        f"oifde-simulator {__version__}",
        f"  data plane     {data_url}",
        f"  control plane  {control_url}" + ("   (trust /ca.pem)" if authority else ""),
        _generator(tenants),
        "",
        *_table(tenants),
        "",
        "Try it:",
        f"  {curl}",
        "",
    ]
    return "\n".join(lines)


def _generator(tenants: Tenants) -> str:
    words = f"version {generator.VERSION}, Faker {generator.faker_version()}, seed {tenants.seed}"
    return f"  generator      {words}"


def _table(tenants: Tenants) -> Iterator[str]:
    """A line for each scenario that has been read; the names of the others."""
    read = dict(list(tenants.scenarios.read().items())[:MOST_SHOWN])
    width = max(map(len, read), default=0)
    for name, scenario in read.items():
        line = f"  {name:{width}}  {choosing.summary(scenario)}"
        yield line if len(line) <= WIDEST else line[: WIDEST - 3] + "..."
    names = ", ".join(name for name in tenants.scenarios if name not in read)
    yield from (f"  {line}" for line in textwrap.wrap(names, WIDEST - 2, break_on_hyphens=False))


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
