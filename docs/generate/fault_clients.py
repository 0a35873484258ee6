"""Five HTTP clients that meet faults, each called as its users call it.

Rule: a client asks twice on one connection pool, first for a spoiled answer, then for a good one. An outcome
is in the client's own words: the names of its exceptions.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

GOOD = "good"
SECONDS = 1.0
"""Timeout of every client; each client counts it in its own way."""
PAUSE = 0.05
"""Seconds between the two requests: an end of the connection arrives before the second."""
CASE = "X-Case"
"""Header that chooses the case; GOOD chooses none."""
JSON = {"Content-Type": "application/json; charset=UTF-8"}
EXITS = {
    1: "unsupported protocol",
    8: "weird reply",
    18: "partial file",
    28: "timeout",
    52: "got nothing",
    56: "receive error",
    61: "bad encoding",
}
"""Meanings of curl's exit codes."""


@dataclass(frozen=True)
class Target:
    """Server and request that clients meet, with the answer of a good day."""

    url: str
    body: bytes
    good: bytes
    cases: Sequence[str]

    def outcome(self, status: int, answer: Any) -> str:
        """Describe a decoded answer."""
        return GOOD if (status, answer) == (200, json.loads(self.good)) else f"{status}, other JSON"

    def all(self, meet: Callable[[str], str]) -> dict[str, str]:
        """Meet all cases at once: case -> outcome."""
        with ThreadPoolExecutor(len(self.cases)) as threads:
            return dict(zip(self.cases, threads.map(meet, self.cases), strict=True))


def both(first: str, then: str) -> str:
    """Join the outcomes of the two requests."""
    return first if then == GOOD else f"{first}; next: {then}"


def by_requests(target: Target) -> dict[str, str]:
    """Meet all cases with requests."""
    import requests

    def meet(case: str) -> str:
        with requests.Session() as session:
            session.trust_env = False
            return _twice(target, session.post, requests.RequestException, case)

    return target.all(meet)


def by_httpx(target: Target) -> dict[str, str]:
    """Meet all cases with httpx."""
    import httpx

    trust = ssl.create_default_context()

    def meet(case: str) -> str:
        with httpx.Client(verify=trust, trust_env=False) as client:
            return _twice(
                target,
                lambda url, data, **options: client.post(url, content=data, **options),
                httpx.HTTPError,
                case,
            )

    return target.all(meet)


def _twice(target: Target, post: Callable[..., Any], errors: type[Exception], case: str) -> str:
    first = _once(target, post, errors, case)
    threading.Event().wait(PAUSE)
    return both(first, _once(target, post, errors, GOOD))


def _once(target: Target, post: Callable[..., Any], errors: type[Exception], case: str) -> str:
    began = ""
    try:
        response = post(target.url, data=target.body, headers=JSON | {CASE: case}, timeout=SECONDS)
        began = f"{response.status_code}, then "
        return target.outcome(response.status_code, response.json())
    except (errors, ValueError) as error:
        return began + type(error).__name__


def by_aiohttp(target: Target) -> dict[str, str]:
    """Meet all cases with aiohttp."""
    import aiohttp

    async def meet(case: str) -> str:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            first = await _by_aiohttp(target, session, case)
            await asyncio.sleep(PAUSE)
            return both(first, await _by_aiohttp(target, session, GOOD))

    async def all_at_once() -> list[str]:
        return await asyncio.gather(*map(meet, target.cases))

    return dict(zip(target.cases, asyncio.run(all_at_once()), strict=True))


async def _by_aiohttp(target: Target, session: Any, case: str) -> str:
    import aiohttp

    began = ""
    try:
        async with session.post(target.url, data=target.body, headers=JSON | {CASE: case}) as response:
            began = f"{response.status}, then "
            return target.outcome(response.status, await response.json())
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return began + type(error).__name__


def by_fetch(target: Target) -> dict[str, str]:
    """Meet all cases with Node's fetch."""
    given = {
        "url": target.url,
        "body": target.body.decode(),
        "cases": target.cases,
        "seconds": SECONDS,
        "pause": PAUSE,
    }
    script = Path(__file__).with_name("node_fetch.mjs")
    done = subprocess.run(
        ["node", script], input=json.dumps(given).encode(), stdout=subprocess.PIPE, check=True
    )

    def outcome(seen: Any) -> str:
        return seen if isinstance(seen, str) else target.outcome(seen["status"], seen["json"])

    return {case: both(*map(outcome, seen)) for case, seen in json.loads(done.stdout).items()}


def by_curl(target: Target) -> dict[str, str]:
    """Meet all cases with curl, which knows bytes only: bytes are compared."""

    def outcome(line: str, written: Path) -> str:
        code, status = map(int, line.split())
        if code:
            return f"exit {code} ({EXITS[code]})" if code in EXITS else f"exit {code}"
        same = written.exists() and written.read_bytes() == target.good
        return GOOD if status == 200 and same else f"{status}, other bytes"

    def meet(case: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / name for name in ("first", "next")]
            first, then = (_transfer(target, *pair) for pair in zip((case, GOOD), files, strict=True))
            rate = ("--rate", f"{1 / PAUSE:g}/s")
            done = subprocess.run(
                ["curl", *rate, *first, "--next", *then], capture_output=True, text=True, check=False
            )
            return both(*map(outcome, done.stdout.splitlines(), files))

    return target.all(meet)


def _transfer(target: Target, case: str, written: Path) -> list[str]:
    lines = [word for name, value in (JSON | {CASE: case}).items() for word in ("-H", f"{name}: {value}")]
    fixed = [
        "-q",
        "-s",
        "--noproxy",
        "*",
        "--compressed",
        "-m",
        f"{SECONDS:g}",
        "-w",
        "%{exitcode} %{http_code}\n",
    ]
    return [*fixed, *lines, "-o", str(written), "--data-binary", target.body.decode(), target.url]


def _printed(*command: str) -> str:
    """Run a program for its version; empty for one that is not installed."""
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]


CLIENTS: Mapping[str, Callable[[Target], dict[str, str]]] = {
    "requests": by_requests,
    "httpx": by_httpx,
    "aiohttp": by_aiohttp,
    "Node fetch": by_fetch,
    "curl": by_curl,
}


def versions() -> dict[str, str]:
    """Find the version of each client; empty for one that is not installed."""
    found = {name: _package_version(name) for name in ("requests", "httpx", "aiohttp")}
    curl = _printed("curl", "--version").split()
    return found | {"Node fetch": _printed("node", "--version").lstrip("v"), "curl": curl[1] if curl else ""}


def _package_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
