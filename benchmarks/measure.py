"""What every benchmark needs: a server process, its CPU and memory, the example query, and a table.

Rule: nothing here knows which server is measured, so that all are started, asked and charged alike.
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import shlex
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
PINNED = len(CORES) > 1 and shutil.which("taskset") is not None
READY_WITHIN = 300.0
"""Seconds; 100,000 records take a while to load."""

QUERY = "/oifde/rest/api/queryRecordHistory"
# Session Record Query Interface, Example
EXAMPLE = json.dumps(
    {
        "tenantId": "tenant001",
        "authToken": "0dbe11892be840cf983453ea70b505de",
        "userMobile": "180****9999",
    }
).encode()
HEADERS = {"Content-Type": "application/json; charset=UTF-8"}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    url: str
    pid: int

    def cpu(self) -> float:
        """User and system time of all its threads so far, seconds; the kernel counts in 10 ms."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> float:
        """Memory it holds now, MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def ask(self, body: bytes = EXAMPLE, times: int = 1) -> bytes:
        """Send a query so many times, one after the other on one connection; the last answer."""
        address = urlsplit(self.url)
        connection = connect(address.scheme, address.hostname or "", address.port or 0)
        for _ in range(times):
            connection.request("POST", QUERY, body, HEADERS)
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                raise SystemExit(f"{self.url}: expected status 200, found {response.status}: {answer!r}")
        connection.close()
        return answer


def connect(scheme: str, host: str, port: int) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port)
    return http.client.HTTPSConnection(host, port, context=unverified())


def unverified() -> ssl.SSLContext:
    """A client that believes anybody: speed is measured here, not trust."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    return client


def simulator(*options: str, python: str = sys.executable) -> list[str]:
    """The command that serves this checkout's simulator, or the one that another `python` has."""
    return [python, "-m", "oifde_simulator", "serve", "--control-port", "0", *options]


def bare(kind: str, *options: str) -> list[str]:
    """The command that serves one of the servers to compare with."""
    return [sys.executable, str(ROOT / "benchmarks" / "bare.py"), kind, *options]


def pinned(core: int, command: Sequence[str]) -> list[str]:
    """The command on a core of its own, where there are several and taskset is installed."""
    return ["taskset", "-c", str(core), *command] if PINNED else list(command)


@contextmanager
def process(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command on the servers' core; end it afterwards. What it prints is not shown."""
    started = subprocess.Popen(pinned(SERVER_CORE, command), cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield started
    finally:
        started.terminate()
        started.wait()


@contextmanager
def serving(command: Sequence[str]) -> Iterator[Server]:
    """Run a server on a free port until it is no longer needed."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        with process([*command, "--port", "0", "--ready-file", str(ready)]) as started:
            wait_for(ready, started)
            yield Server(json.loads(ready.read_text())["data"].rstrip("/"), started.pid)


def wait_for(ready: Path, started: subprocess.Popen[bytes]) -> None:
    """Return as soon as the server has said that it listens (it writes the file by rename)."""
    deadline = time.monotonic() + READY_WITHIN
    while not ready.exists():
        if started.poll() is not None:
            raise SystemExit(f"expected a server, found exit status {started.returncode}: {started.args!r}")
        if time.monotonic() > deadline:
            raise SystemExit(f"expected {ready} within {READY_WITHIN:.0f} s, found none: {started.args!r}")
        os.sched_yield()


def stay_off_the_servers_core() -> None:
    """Move this process, and the load generators it starts, to the other core if there is one."""
    if PINNED:
        os.sched_setaffinity(0, CORES[1:])


def middle(values: Sequence[float], form: str = ".1f") -> str:
    """The median, and in brackets the least and the greatest."""
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; numbers are aligned to the right."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def circumstances() -> str:
    """What the numbers depend on: how this was called, and on what."""
    packages = " ".join(f"{name} {version(name)}" for name in ("aiohttp", "uvloop", "orjson"))
    return "\n".join(
        (
            f"`python {shlex.join(('benchmarks/' + Path(sys.argv[0]).name, *sys.argv[1:]))}`  ",
            f"Python {platform.python_version()}, {packages}; {processor()}, "
            f"{os.cpu_count()} cores, Linux {platform.release()}",
            "",
        )
    )


def processor() -> str:
    found = Path("/proc/cpuinfo").read_text().partition("model name")[2].partition("\n")[0]
    return found.lstrip("\t :") or platform.machine()
