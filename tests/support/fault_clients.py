"""Five HTTP clients that meet every fault, each as its users would call it.

Rule: a client asks twice on one connection pool, first for a spoiled answer, then for a good one; what came
of the two is told in the client's own words, the names of its exceptions.
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
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import requests

GOOD = "good"
SECONDS = 1.0
"""How long every client waits, for whatever it is that its timeout is about."""
PAUSE = 0.05
"""Seconds between the two requests, so that an end of the connection has come before the second."""
CASE = "X-Case"
"""The header that chooses the fault; GOOD chooses none."""
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
"""What the exit codes of curl mean."""


@dataclass(frozen=True)
class Ask:
    """What is asked, and the answer of a good day."""

    url: str
    body: bytes
    good: bytes
    cases: Sequence[str]

    def outcome(self, status: int, answer: Any) -> str:
        """What became of a request that got an answer."""
        return GOOD if (status, answer) == (200, json.loads(self.good)) else f"{status}, other JSON"

    def all(self, meet: Callable[[str], str]) -> dict[str, str]:
        """The outcomes of all cases, met at once."""
        with ThreadPoolExecutor(len(self.cases)) as threads:
            return dict(zip(self.cases, threads.map(meet, self.cases), strict=True))


def told(first: str, then: str) -> str:
    """Two outcomes in one cell."""
    return first if then == GOOD else f"{first}; next: {then}"


def by_requests(ask: Ask) -> dict[str, str]:
    def meet(case: str) -> str:
        with requests.Session() as session:
            session.trust_env = False
            return _twice(ask, session.post, case)

    return ask.all(meet)


def by_httpx(ask: Ask) -> dict[str, str]:
    trust = ssl.create_default_context()

    def meet(case: str) -> str:
        with httpx.Client(verify=trust, trust_env=False) as client:
            return _twice(ask, lambda *place, data, **given: client.post(*place, content=data, **given), case)

    return ask.all(meet)


def _twice(ask: Ask, post: Callable[..., Any], case: str) -> str:
    first = _once(ask, post, case)
    threading.Event().wait(PAUSE)
    return told(first, _once(ask, post, GOOD))


def _once(ask: Ask, post: Callable[..., Any], case: str) -> str:
    began = ""
    try:
        response = post(ask.url, data=ask.body, headers=JSON | {CASE: case}, timeout=SECONDS)
        began = f"{response.status_code}, then "
        return ask.outcome(response.status_code, response.json())
    except (requests.RequestException, httpx.HTTPError, ValueError) as error:
        return began + type(error).__name__


def by_aiohttp(ask: Ask) -> dict[str, str]:
    async def meet(case: str) -> str:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            first = await _by_aiohttp(ask, session, case)
            await asyncio.sleep(PAUSE)
            return told(first, await _by_aiohttp(ask, session, GOOD))

    async def all_at_once() -> list[str]:
        return await asyncio.gather(*map(meet, ask.cases))

    return dict(zip(ask.cases, asyncio.run(all_at_once()), strict=True))


async def _by_aiohttp(ask: Ask, session: aiohttp.ClientSession, case: str) -> str:
    began = ""
    try:
        async with session.post(ask.url, data=ask.body, headers=JSON | {CASE: case}) as response:
            began = f"{response.status}, then "
            return ask.outcome(response.status, await response.json())
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return began + type(error).__name__


def by_fetch(ask: Ask) -> dict[str, str]:
    given = {
        "url": ask.url,
        "body": ask.body.decode(),
        "cases": ask.cases,
        "seconds": SECONDS,
        "pause": PAUSE,
    }
    script = Path(__file__).with_name("fetching.mjs")
    done = subprocess.run(
        ["node", script], input=json.dumps(given).encode(), stdout=subprocess.PIPE, check=True
    )

    def outcome(seen: Any) -> str:
        return seen if isinstance(seen, str) else ask.outcome(seen["status"], seen["json"])

    return {case: told(*map(outcome, seen)) for case, seen in json.loads(done.stdout).items()}


def by_curl(ask: Ask) -> dict[str, str]:
    """It knows bytes only, so bytes are compared."""

    def outcome(line: str, written: Path) -> str:
        code, status = map(int, line.split())
        if code:
            return f"exit {code} ({EXITS[code]})" if code in EXITS else f"exit {code}"
        same = written.exists() and written.read_bytes() == ask.good
        return GOOD if status == 200 and same else f"{status}, other bytes"

    def meet(case: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / name for name in ("first", "next")]
            first, then = (_transfer(ask, *pair) for pair in zip((case, GOOD), files, strict=True))
            rate = ("--rate", f"{1 / PAUSE:g}/s")
            done = subprocess.run(
                ["curl", *rate, *first, "--next", *then], capture_output=True, text=True, check=False
            )
            return told(*map(outcome, done.stdout.splitlines(), files))

    return ask.all(meet)


def _transfer(ask: Ask, case: str, written: Path) -> list[str]:
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
    return [*fixed, *lines, "-o", str(written), "--data-binary", ask.body.decode(), ask.url]


def _printed(*command: str) -> str:
    """What a program says of its version; empty where it is not installed."""
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]


CLIENTS: Mapping[str, Callable[[Ask], dict[str, str]]] = {
    "requests": by_requests,
    "httpx": by_httpx,
    "aiohttp": by_aiohttp,
    "Node fetch": by_fetch,
    "curl": by_curl,
}


def versions() -> dict[str, str]:
    """The version of each client; empty for one that is not installed."""
    found = {name: version(name) for name in ("requests", "httpx", "aiohttp")}
    curl = _printed("curl", "--version").split()
    return found | {"Node fetch": _printed("node", "--version").lstrip("v"), "curl": curl[1] if curl else ""}
