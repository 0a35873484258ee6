"""Load for replicas.py: so many users, each of whom asks again and again; by wrk, and by a process in Python.

Rule: wrk fills the servers, so that calls to the store share round trips as under load. The load in Python
takes more CPU than the servers, so each request has wake-ups of its own; rates are partly its own.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import time
from collections.abc import Callable

from fallback_load import connection, request
from load import Load, by_wrk, run
from measure import QUERY, ROOT

USERS = """
local queries, last = {}, 0
function init()
  for user = 1, %d do
    local body = string.gsub(wrk.body, "USER", string.format("%%08d", user - 1))
    queries[user] = wrk.format(nil, nil, nil, body)
  end
end
function request()
  last = last %% #queries + 1
  return queries[last]
end
"""
"""For wrk: as many users as connections, one query each, by turns."""

MakeLoad = Callable[[str, str, str, float, int], Load]


def body(tenant: str, token: str, user: str) -> bytes:
    """Make a query for a user."""
    fields = {"tenantId": tenant, "authToken": token, "userMobile": f"138{user}"}
    return json.dumps(fields).encode()


def saturating(url: str, tenant: str, token: str, seconds: float, connections: int) -> Load:
    """Load a server with as much as it takes."""
    return by_wrk(url + QUERY, body(tenant, token, "USER"), seconds, connections, USERS % connections)


def sparse(url: str, tenant: str, token: str, seconds: float, connections: int) -> Load:
    """Load a server with what one process in Python asks."""
    script = str(ROOT / "benchmarks" / "replicas_load.py")
    return Load(
        **json.loads(run([sys.executable, script, url, tenant, token, str(seconds), str(connections)]))
    )


LOADS: dict[str, MakeLoad] = {"wrk": saturating, "Python": sparse}
"""Ways of loading by name."""


def available() -> list[str]:
    """Names of the loads that this machine can make, wrk first."""
    return list(LOADS) if shutil.which("wrk") else ["Python"]


async def load(url: str, tenant: str, token: str, seconds: float, connections: int) -> dict[str, float]:
    """Ask from Python; the fields of `load.Load`."""
    until = time.perf_counter() + seconds
    queries = [request(url + QUERY, body(tenant, token, f"{user:08}")) for user in range(connections)]
    rounds = await asyncio.gather(*(connection(url + QUERY, query, until) for query in queries))
    took = sorted(each for times in rounds for each in times)
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    return {"requests": len(took), "rate": len(took) / seconds, "p50": p50, "p99": p99}


if __name__ == "__main__":
    target, *names, duration, width = sys.argv[1:]
    tenant, token = names
    print(json.dumps(asyncio.run(load(target, tenant, token, float(duration), int(width)))))
