"""Servers for tests that need real sockets, in a thread or as a process; and a client down to the bytes.

Rule: nothing here sleeps. Whoever waits, waits for a line, an answer or an end of stream.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPMessage, parse_headers
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conftest import QUERY
from oifde_simulator.config import Settings
from oifde_simulator.runtime.lifecycle import loop_factory
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.scenario import selection
from oifde_simulator.tenants import Tenants

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds after which a test that still waits has failed."""
FREE_PORTS = ("--port", "0", "--control-port", "0")
CALM: dict[str, Any] = {"port": 0, "control_port": 0, "tls": "off", "log_level": "error"}


@contextmanager
def running(**given: Any) -> Iterator[Simulator]:
    """A server in a thread of its own, on the event loop that `serve` uses."""
    settings = Settings(**CALM | given)
    tenants = Tenants(
        selection.scenarios(settings),
        seed=settings.seed,
        error_status=settings.error_status,
        any_credentials=settings.any_credentials,
        tenantless=settings.tenantless,
    )
    simulator = Simulator(settings, tenants)
    up: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(_run, simulator, up)
        ended.add_done_callback(lambda ended: None if up.done() else up.set_exception(ended.exception()))
        loop, stop = up.result(PATIENCE)
        try:
            yield simulator
        finally:
            loop.call_soon_threadsafe(stop.set)
            ended.result(PATIENCE)


def _run(simulator: Simulator, up: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
    async def until_told() -> None:
        await simulator.start()
        up.set_result((asyncio.get_running_loop(), stop := asyncio.Event()))
        await stop.wait()
        await simulator.stop()

    with asyncio.Runner(loop_factory=loop_factory()) as loop:
        loop.run(until_told())


@dataclass
class Answer:
    """One answer as it came."""

    head: bytes
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


class Peer:
    """A client down to the bytes; over TLS when the URL says so."""

    def __init__(self, url: str, ca_pem: bytes | None = None, *, receive_buffer: int | None = None) -> None:
        parts = urlsplit(url)
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect((parts.hostname, parts.port))
        if parts.scheme == "https":
            self.socket = trusting(ca_pem).wrap_socket(self.socket, server_hostname=parts.hostname)
        self._stream = self.socket.makefile("rb")

    def send(self, octets: bytes) -> None:
        """Send everything."""
        self.socket.sendall(octets)

    def answer(self, *, bodiless: bool = False) -> Answer:
        """The next answer, whole; `bodiless` for one to HEAD."""
        line = self._stream.readline()
        head = bytearray(line)
        while (field := self._stream.readline()) not in (b"\r\n", b""):
            head += field
        headers = _headers(bytes(head[len(line) :]))
        length = 0 if bodiless else int(headers.get("Content-Length", "0"))
        return Answer(bytes(head) + b"\r\n", int(line.split()[1]), headers, self._stream.read(length))

    def rest(self) -> bytes:
        """All that comes until the server hangs up, in order or not."""
        octets = bytearray()
        try:
            while chunk := self._stream.read1():
                octets += chunk
        except (ConnectionResetError, ssl.SSLEOFError):
            pass
        return bytes(octets)

    def hangs_up(self) -> bool:
        """Whether the server ends the connection without another byte."""
        return self.rest() == b""

    def close(self) -> None:
        """End the connection."""
        self._stream.close()
        self.socket.close()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _headers(octets: bytes) -> HTTPMessage:
    return parse_headers(io.BytesIO(octets + b"\r\n"))


def trusting(ca_pem: bytes | None) -> ssl.SSLContext:
    """A client that trusts this authority and nothing else."""
    assert ca_pem is not None
    return ssl.create_default_context(cadata=ca_pem.decode())


def head(*headers: str, method: str = "POST", target: str = QUERY, version: str = "1.1") -> bytes:
    """The head of a request."""
    fixed = (f"{method} {target} HTTP/{version}", "Host: vendor.example", "Content-Type: application/json")
    return "".join(f"{line}\r\n" for line in (*fixed, *headers, "")).encode()


def post(body: bytes, *headers: str, **line: str) -> bytes:
    """A whole request with its length."""
    return head(f"Content-Length: {len(body)}", *headers, **line) + body


def fetch(
    url: str, body: bytes | None = None, ca_pem: bytes | None = None, method: str | None = None
) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers and body, by the standard library's own client; errors are answers too."""
    headers = {} if body is None else {"Content-Type": "application/json; charset=UTF-8"}
    request = urllib.request.Request(url, body, headers, method=method)
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if ca_pem is not None:
        handlers.append(urllib.request.HTTPSHandler(context=trusting(ca_pem)))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=PATIENCE) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


@dataclass
class Served:
    """A server as a process."""

    process: subprocess.Popen[str]
    banner: str
    data: str
    control: str
    ready_file: Path

    def ca_pem(self) -> bytes:
        """The authority to trust, as its users get it."""
        return fetch(f"{self.control}/ca.pem")[2]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Signal it and wait for its end: exit code and what it wrote on standard error."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """`python -m simulator serve` on free ports, up; killed at the end if it still runs."""
    ready_file = folder / "ready.json"
    process = subprocess.Popen(
        command("serve", *FREE_PORTS, "--ready-file", str(ready_file), *options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment(),
    )
    with process:
        try:
            banner = _banner(process)
            urls = json.loads(ready_file.read_text())
            yield Served(process, banner, urls["data"], urls["control"], ready_file)
        finally:
            if process.poll() is None:
                process.kill()


def _banner(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "curl" in line:
            return "".join(lines)
    assert process.stderr is not None
    raise AssertionError(f"the server ended without a word of where it listens: {process.stderr.read()}")


def command(*arguments: str) -> Sequence[str]:
    """The command line of a process of ours."""
    return [sys.executable, "-m", "oifde_simulator", *arguments]


def environment(**variables: str) -> dict[str, str]:
    """This process's environment, with the checkout importable and without settings of a server."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("OIFDE_SIMULATOR_")}
    return own | {"PYTHONPATH": str(REPOSITORY)} | variables


def run(*arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of ours to its end."""
    return subprocess.run(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        cwd=cwd,
        env=environment(**variables),
        check=False,
    )
