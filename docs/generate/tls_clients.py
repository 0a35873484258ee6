"""Eight HTTP clients that meet TLS, each called as its users call it.

Rule: an outcome is in the client's own words: the name of its exception or code, and its reason.
Those that are not Python read the cases as JSON and write the outcomes as JSON: `tls_programs/`.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fault_clients import _package_version, _printed
from tls_cases import BODY, GOOD, Case

SECONDS = 2.0
"""Timeout of every client."""
JSON = {"Content-Type": "application/json; charset=UTF-8"}
LONGEST = 120
"""Characters of an outcome."""
PROGRAMS = Path(__file__).parent / "tls_programs"
Outcomes = dict[str, str]


def answered(status: int) -> str:
    """Describe an answer."""
    return GOOD if status == 200 else f"answered {status}"


def shorten(text: str) -> str:
    """Cut what differs from run to run, such as ports, file names and times, and what is long."""
    text = re.sub(r"\s+", " ", text).replace("|", "/").strip()
    text = re.sub(r"127\.0\.0\.1:\d+|\[::1\]:\d+|localhost:\d+|port \d+", "the server", text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def root(error: BaseException) -> BaseException:
    """Find the first cause of an exception."""
    seen: list[BaseException] = [error]
    while (cause := _cause(seen[-1])) is not None and cause not in seen:
        seen.append(cause)
    return seen[-1]


def _cause(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return reason
    inner = next((each for each in error.args if isinstance(each, BaseException)), None)
    return inner or error.__cause__ or error.__context__


def words(error: BaseException) -> str:
    """Name an exception of Python, and the reason that OpenSSL gives."""
    first = root(error)
    reason = getattr(first, "verify_message", None) or getattr(first, "reason", None)
    if isinstance(error, TimeoutError) or (first is error and not reason):
        return type(error).__name__
    why = str(reason).replace("_", " ").lower().rstrip(".") if reason else type(first).__name__
    return shorten(f"{type(error).__name__}: {why}")


def _each(cases: Sequence[Case], meet: Callable[[Case], str]) -> Outcomes:
    with ThreadPoolExecutor(4) as threads:
        return dict(zip([case.name for case in cases], threads.map(meet, cases), strict=True))


def by_requests(cases: Sequence[Case]) -> Outcomes:
    """Meet all cases with requests."""
    import requests

    def meet(case: Case) -> str:
        with requests.Session() as session:
            session.trust_env, session.verify, session.cert = False, case.ca, case.certificate or None
            try:
                return answered(session.post(case.url, BODY, headers=JSON, timeout=SECONDS).status_code)
            except requests.RequestException as error:
                return words(error)

    return _each(cases, meet)


def _context(case: Case) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=case.ca)
    if case.certificate:
        context.load_cert_chain(case.certificate)
    return context


def by_httpx(cases: Sequence[Case]) -> Outcomes:
    """Meet all cases with httpx."""
    import httpx

    def meet(case: Case) -> str:
        with httpx.Client(verify=_context(case), trust_env=False, timeout=SECONDS) as client:
            try:
                return answered(client.post(case.url, content=BODY, headers=JSON).status_code)
            except httpx.HTTPError as error:
                return words(error)

    return _each(cases, meet)


def by_aiohttp(cases: Sequence[Case]) -> Outcomes:
    """Meet all cases with aiohttp."""
    import aiohttp

    async def meet(case: Case) -> str:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            try:
                post = session.post(case.url, data=BODY, headers=JSON, ssl=_context(case))
                async with post as response:
                    return answered(response.status)
            except (aiohttp.ClientError, TimeoutError) as error:
                return words(error)

    return _each(cases, lambda case: asyncio.run(meet(case)))


CURL = re.compile(r"curl: \(\d+\) (?:OpenSSL SSL_\w+: |SSL certificate problem: )?(?:OpenSSL/[0-9.]+: )?(.*)")


def by_curl(cases: Sequence[Case]) -> Outcomes:
    """Meet all cases with curl."""

    def meet(case: Case) -> str:
        shown = ["--cert", case.certificate] if case.certificate else []
        options = ["-q", "-sS", "--noproxy", "*", "-m", f"{SECONDS:g}", "--cacert", case.ca, *shown]
        header = [f"{name}: {value}" for name, value in JSON.items()]
        written = ["-o", "/dev/null", "-w", "%{http_code}", "-H", *header, "-d", BODY, case.url]
        done = subprocess.run(["curl", *options, *written], capture_output=True, text=True, check=False)
        if not done.returncode:
            return answered(int(done.stdout))
        why = CURL.match(done.stderr)
        reason = re.sub(r"error:\w+:SSL routines:\w*:", "", why[1]) if why else ""
        reason = re.sub(r" after \d+ milliseconds.*|, errno \d+.*", "", reason)
        return shorten(f"exit {done.returncode}: {reason}")

    return _each(cases, meet)


def _program(*command: str | Path) -> Callable[[Sequence[Case]], Outcomes]:
    """Make a client of a program that reads cases and writes outcomes."""

    def meet(cases: Sequence[Case]) -> Outcomes:
        given = {"cases": [asdict(case) for case in cases], "body": BODY, "seconds": SECONDS}
        done = subprocess.run(command, input=json.dumps(given).encode(), stdout=subprocess.PIPE, check=True)
        seen: Mapping[str, Any] = json.loads(done.stdout)
        said = ((case.name, seen[case.name]) for case in cases)
        return {name: answered(each) if isinstance(each, int) else shorten(each) for name, each in said}

    return meet


def by_go(cases: Sequence[Case]) -> Outcomes:
    """Meet all cases with Go's net/http."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "client"
        subprocess.run(["go", "build", "-o", program, PROGRAMS / "client.go"], check=True)
        return _program(program)(cases)


CLIENTS: Mapping[str, Callable[[Sequence[Case]], Outcomes]] = {
    "curl": by_curl,
    "requests": by_requests,
    "httpx": by_httpx,
    "aiohttp": by_aiohttp,
    "Node fetch": _program("node", PROGRAMS / "client.mjs"),
    "Java HttpClient": _program("java", PROGRAMS / "TlsClient.java"),
    "Go net/http": by_go,
    "PHP curl": _program("php", PROGRAMS / "client.php"),
}


def versions() -> dict[str, str]:
    """Find the version of each client; empty for one that is not installed."""
    found = {name: _package_version(name) for name in ("requests", "httpx", "aiohttp")}
    curl = _printed("curl", "--version").split()
    java = re.search(r"\d[\d.]*", _printed("java", "--version"))
    go = re.search(r"\d[\d.]*", _printed("go", "version"))
    has_curl = shutil.which("php") and "curl" in _whole("php", "-m").split()
    return {
        "curl": curl[1] if curl else "",
        **found,
        "Node fetch": _printed("node", "--version").lstrip("v"),
        "Java HttpClient": java[0] if java else "",
        "Go net/http": go[0] if go else "",
        "PHP curl": _printed("php", "--version").split()[1] if has_curl else "",
    }


def _whole(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
