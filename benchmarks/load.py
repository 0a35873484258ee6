"""Load on a server, by wrk where it is installed; by `fallback_load.py` where it is not, and then says so.

Rule: an answer that is not a 200, a timeout or a broken connection ends the benchmark; it would measure
something else.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from measure import HEADERS, LOAD_CORE, QUERY, ROOT, Server, pinned

FRESH = """
local count = os.time() * 100000
function request()
  count = count + 1
  local rest, tail = count, {}
  while rest > 0 do
    tail[#tail + 1] = rest % 2 == 0 and " " or "\\t"
    rest = math.floor(rest / 2)
  end
  return wrk.format(nil, nil, nil, wrk.body .. table.concat(tail))
end
"""
"""For wrk: white space behind the body, never twice the same; so that nothing remembered can help."""

UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What the load generator saw in one round, and what it cost the server."""

    requests: int
    rate: float
    """Requests a second."""
    p50: float
    p99: float
    """Seconds."""
    cpu: float = 0.0
    """Seconds of the server's CPU a request."""


def generator() -> str:
    """Who makes the load, for the table."""
    return (
        "wrk"
        if shutil.which("wrk")
        else "fallback_load.py (Python: NOT wrk; rates and latencies are its own too)"
    )


def load(server: Server, body: bytes, seconds: float, connections: int, *, fresh: bool = False) -> Load:
    """Keep so many connections busy for so long; `fresh` sends no two bodies alike (wrk only)."""
    before = server.cpu()
    url = server.url + QUERY
    if shutil.which("wrk"):
        seen = by_wrk(url, body, seconds, connections, FRESH if fresh else "")
    else:
        seen = by_fallback(url, body, seconds, connections)
    spent = server.cpu() - before
    return Load(seen.requests, seen.rate, seen.p50, seen.p99, spent / seen.requests)


def by_wrk(
    url: str,
    body: bytes,
    seconds: float,
    connections: int,
    extra: str = "",
    headers: Mapping[str, str] = HEADERS,
) -> Load:
    with script(body, extra, headers) as lua:
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "-s", str(lua), url]
        return parse(run(command))


@contextmanager
def script(body: bytes, extra: str = "", headers: Mapping[str, str] = HEADERS) -> Iterator[Path]:
    """The query as wrk wants it."""
    with tempfile.TemporaryDirectory() as folder:
        lua = Path(folder) / "query.lua"
        written = (f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items())
        lua.write_text(
            "\n".join(('wrk.method = "POST"', *written, f"wrk.body = [==[{body.decode()}]==]", extra))
        )
        yield lua


def parse(printed: str) -> Load:
    """Read what wrk prints."""
    if wrong := re.search(r"Non-2xx or 3xx responses.*|Socket errors.*", printed):
        raise SystemExit(f"expected only answers with status 200, found {wrong[0]}")
    return Load(
        requests=int(number(r"(\d+) requests in", printed)),
        rate=number(r"Requests/sec:\s+([\d.]+)", printed),
        p50=number(r"50%\s+([\d.]+)(\w+)", printed),
        p99=number(r"99%\s+([\d.]+)(\w+)", printed),
    )


def number(pattern: str, printed: str) -> float:
    found = re.search(pattern, printed)
    if not found:
        raise SystemExit(f"expected {pattern} in what the load generator prints, found {printed!r}")
    value, *unit = found.groups()
    return float(value) * (UNITS[unit[0]] if unit else 1)


def by_fallback(url: str, body: bytes, seconds: float, connections: int) -> Load:
    script = str(ROOT / "benchmarks" / "fallback_load.py")
    printed = run([sys.executable, script, url, body.decode(), str(seconds), str(connections)])
    return Load(**json.loads(printed))


def run(command: list[str]) -> str:
    done = subprocess.run(pinned(LOAD_CORE, command), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(
            f"{command[0]} ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}"
        )
    return done.stdout
