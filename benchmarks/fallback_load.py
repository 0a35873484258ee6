"""A load generator for machines without wrk: raw sockets on asyncio.

Rule: a fallback, and called one under every table it makes. It takes more CPU a request than the servers
do, so rates and latencies are partly its own; the server's CPU a request stays true.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit

from measure import HEADERS


def request(url: str, body: bytes) -> bytes:
    """One HTTP/1.1 query, as bytes."""
    address = urlsplit(url)
    headers = {"Host": address.netloc, **HEADERS, "Content-Length": str(len(body))}
    lines = [f"POST {address.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join((*lines, "", "")).encode() + body


async def answer(reader: asyncio.StreamReader) -> None:
    """Read one answer to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(f"expected status 200, found {head!r}")
    await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))


async def connection(url: str, query: bytes, until: float) -> list[float]:
    """Ask again and again on one connection; how long each answer took."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    took = []
    while (start := time.perf_counter()) < until:
        writer.write(query)
        await answer(reader)
        took.append(time.perf_counter() - start)
    writer.close()
    return took


async def load(url: str, body: bytes, seconds: float, connections: int) -> dict[str, float]:
    """The fields of `load.Load`."""
    until = time.perf_counter() + seconds
    query = request(url, body)
    rounds = await asyncio.gather(*(connection(url, query, until) for _ in range(connections)))
    took = sorted(seconds for times in rounds for seconds in times)
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    return {"requests": len(took), "rate": len(took) / seconds, "p50": p50, "p99": p99}


if __name__ == "__main__":
    target, text, duration, width = sys.argv[1:]
    print(json.dumps(asyncio.run(load(target, text.encode(), float(duration), int(width)))))
