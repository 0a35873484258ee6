"""Load for replicas.py: so many connections, each of which asks for a user of its own, in one process.

Rule: in Python, so rates and latencies are partly its own; the CPU of servers and store stays true.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from fallback_load import connection, request
from measure import QUERY


def body(tenant: str, token: str, user: int) -> bytes:
    """Make a query for a user."""
    fields = {"tenantId": tenant, "authToken": token, "userMobile": f"138{user:08}"}
    return json.dumps(fields).encode()


async def load(url: str, tenant: str, token: str, seconds: float, connections: int) -> dict[str, float]:
    """The fields of `load.Load`."""
    until = time.perf_counter() + seconds
    queries = [request(url + QUERY, body(tenant, token, user)) for user in range(connections)]
    rounds = await asyncio.gather(*(connection(url + QUERY, query, until) for query in queries))
    took = sorted(each for times in rounds for each in times)
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    return {"requests": len(took), "rate": len(took) / seconds, "p50": p50, "p99": p99}


if __name__ == "__main__":
    target, *names, duration, width = sys.argv[1:]
    tenant, token = names
    print(json.dumps(asyncio.run(load(target, tenant, token, float(duration), int(width)))))
