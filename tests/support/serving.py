"""Servers for tests with real sockets, in a thread or as a process, and a client of plain bytes.

Rule: nothing sleeps here. Every wait is for a line, an answer or the end of a stream.
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
from functools import lru_cache
from http.client import HTTPMessage, parse_headers
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from child_processes import started
from conftest import QUERY
from oifde_simulator.clock import TIME_OF_DAY, Clock
from oifde_simulator.config import Settings
from oifde_simulator.runtime.lifecycle import loop_factory
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.runtime.server.registry import registry
from oifde_simulator.scenario import selection

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds until a waiting test fails: longer than any stall of a busy machine."""
FREE_PORTS = ("--port", "0", "--control-port", "0")
CALM: dict[str, Any] = {"port": 0, "control_port": 0, "tls": "off", "log_level": "error"}


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6 loopback")


@contextmanager
def running(*, clock: Clock = TIME_OF_DAY, **given: Any) -> Iterator[Simulator]:
    """Run a server in a thread of its own, on the event loop of `serve`, until the end of the block."""
    settings = Settings(**CALM | given)
    simulator = Simulator(settings, registry(settings, selection.scenarios(settings), clock))
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
    async def serve_until_stopped() -> None:
        await simulator.start()
        up.set_result((asyncio.get_running_loop(), stop := asyncio.Event()))
        await stop.wait()
        await simulator.stop()

    with asyncio.Runner(loop_factory=loop_factory()) as loop:
        loop.run(serve_until_stopped())


@dataclass
class Answer:
    """An answer with its head as bytes."""

    head: bytes
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """Decoded body."""
        return json.loads(self.body)


class Peer:
    """A client of plain bytes, over TLS for a https URL."""

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
        """Send all bytes."""
        self.socket.sendall(octets)

    def answer(self, *, bodiless: bool = False) -> Answer:
        """Read the next answer in whole; `bodiless` is for an answer to HEAD."""
        line = self._stream.readline()
        head = bytearray(line)
        while (field := self._stream.readline()) not in (b"\r\n", b""):
            head += field
        headers = _headers(bytes(head[len(line) :]))
        length = 0 if bodiless else int(headers.get("Content-Length", "0"))
        return Answer(bytes(head) + b"\r\n", int(line.split()[1]), headers, self._stream.read(length))

    def rest(self) -> bytes:
        """Read until the server closes or resets the connection."""
        octets = bytearray()
        try:
            while chunk := self._stream.read1():
                octets += chunk
        except (ConnectionResetError, ssl.SSLEOFError):
            pass
        return bytes(octets)

    def hangs_up(self) -> bool:
        """Check that the server ends the connection without another byte."""
        return self.rest() == b""

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()
        self.socket.close()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _headers(octets: bytes) -> HTTPMessage:
    return parse_headers(io.BytesIO(octets + b"\r\n"))


def trusting(ca_pem: bytes | None) -> ssl.SSLContext:
    """Build a TLS context that trusts this authority only."""
    assert ca_pem is not None
    return ssl.create_default_context(cadata=ca_pem.decode())


def head(*headers: str, method: str = "POST", target: str = QUERY, version: str = "1.1") -> bytes:
    """Write the head of a request."""
    fixed = (f"{method} {target} HTTP/{version}", "Host: vendor.example", "Content-Type: application/json")
    return "".join(f"{line}\r\n" for line in (*fixed, *headers, "")).encode()


def post(body: bytes, *headers: str, **line: str) -> bytes:
    """Write a request with its Content-Length."""
    return head(f"Content-Length: {len(body)}", *headers, **line) + body


def fetch(
    url: str, body: bytes | None = None, ca_pem: bytes | None = None, method: str | None = None
) -> tuple[int, Mapping[str, str], bytes]:
    """Send a request by urllib and return status, headers and body, of errors too."""
    headers = {} if body is None else {"Content-Type": "application/json; charset=UTF-8"}
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with _opener(ca_pem).open(request, timeout=PATIENCE) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


@lru_cache(16)
def _opener(ca_pem: bytes | None) -> urllib.request.OpenerDirector:
    """Build what opens URLs, once for each authority that is trusted: it takes longer than an answer."""
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if ca_pem is not None:
        handlers.append(urllib.request.HTTPSHandler(context=trusting(ca_pem)))
    return urllib.request.build_opener(*handlers)


@dataclass
class Served:
    """A server that runs as a process."""

    process: subprocess.Popen[str]
    banner: str
    data: str
    control: str
    ready_file: Path

    def ca_pem(self) -> bytes:
        """Fetch the certificate authority as users do."""
        return fetch(f"{self.control}/ca.pem")[2]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal, wait for the end, and return the exit code and the text of standard error."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


@contextmanager
def served(folder: Path, *options: str, **variables: str) -> Iterator[Served]:
    """Run `python -m oifde_simulator serve` on free ports, with variables, until the end of the block."""
    ready_file = folder / "ready.json"
    with started(
        command("serve", *FREE_PORTS, "--ready-file", str(ready_file), *options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment(**variables),
    ) as process:
        banner = _banner(process)
        urls = json.loads(ready_file.read_text())
        yield Served(process, banner, urls["data"], urls["control"], ready_file)


def _banner(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "curl" in line:
            return "".join(lines)
    assert process.stderr is not None
    raise AssertionError(f"the server ended without a banner: {process.stderr.read()}")


def command(*arguments: str) -> Sequence[str]:
    """Build a command line of this package."""
    return [sys.executable, "-m", "oifde_simulator", *arguments]


def environment(**variables: str) -> dict[str, str]:
    """Copy this environment without settings of a server and of these tests, with the checkout importable."""
    settings = ("OIFDE_SIMULATOR_", "PYTEST_ADDOPTS")
    own = {name: text for name, text in os.environ.items() if not name.startswith(settings)}
    return own | {"PYTHONPATH": str(REPOSITORY / "simulator")} | variables


def run(*arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this package to its end."""
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
