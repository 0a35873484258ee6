"""The server of a session, which all workers of pytest-xdist share.

Rule: the controller starts it when the first worker asks, since most suites never do.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from typing import Any

import pytest

from oifde_simulator.pytest_plugin import options
from oifde_simulator.runtime.embedding import Addresses, running, spawned

__tracebackhide__ = True  # options may hold a token

Ticket = tuple[str, int, str]
"""Host, port and key with which a worker asks for the shared server."""
ADDRESSES, STOP = b"addresses", b"stop"
"""Questions to a SharedServer."""


@contextmanager
def session_server(config: pytest.Config, serve_options: Mapping[str, Any]) -> Iterator[Addresses]:
    """Provide a server with these options: a running one, the shared one, or a fresh one.

    Raises RuntimeError if it does not start.
    """
    url, token = options.running_server(config)
    if url:
        yield Addresses(url, token)
        return
    ticket = getattr(config, "workerinput", {}).get("oifde_simulator")
    if ticket and serve_options == options.serve_options(config):
        yield _shared_addresses(tuple(ticket))
        return
    with ExitStack() as servers:
        try:
            addresses = servers.enter_context(start_server(options.server_kind(config), serve_options))
        except (RuntimeError, ValueError, OSError) as error:
            # From None: those frames hold the token.
            raise RuntimeError(str(error)) from None
        yield addresses


@contextmanager
def start_server(kind: str, serve_options: Mapping[str, Any]) -> Iterator[Addresses]:
    """Run a fresh server on free ports, in a `process` of its own or a `thread` of this one."""
    if kind == "process":
        with spawned(*_arguments(serve_options)) as addresses:
            yield addresses
        return
    from oifde_simulator.config import settings

    with running(settings({"port": "0", "control_port": "0", **serve_options}, {})) as simulator:
        yield Addresses(simulator.control_url, simulator.token)


def _arguments(serve_options: Mapping[str, Any]) -> Iterator[str]:
    for name, value in serve_options.items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            yield from [flag] * value
        else:
            yield from (f"{flag}={text}" for text in ([value] if isinstance(value, str) else value))


class SharedServer:
    """A server that starts when the first worker asks for its addresses."""

    def __init__(self, kind: str, serve_options: Mapping[str, Any]) -> None:
        """Listen for questions of workers; start no server yet."""
        key = secrets.token_hex(16)
        self._listener = Listener(("127.0.0.1", 0), backlog=128, authkey=key.encode())
        host, port = self._listener.address
        self.ticket: Ticket = (str(host), int(port), key)
        self._kind, self._serve_options = kind, serve_options
        self._servers = ExitStack()
        self._answer = b""
        self._thread = threading.Thread(target=self._answer_workers, name="oifde-simulator", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the server if it was started."""
        _ask(self.ticket, STOP)
        self._thread.join()
        self._listener.close()
        self._servers.close()

    def _answer_workers(self) -> None:
        question = ADDRESSES
        while question != STOP:
            # A stranger or a vanished worker must not end the thread.
            with suppress(AuthenticationError, OSError, EOFError), self._listener.accept() as worker:
                question = worker.recv_bytes()
                worker.send_bytes(self._addresses() if question == ADDRESSES else b"")

    def _addresses(self) -> bytes:
        """Start the server at the first call; encode its addresses or the error."""
        if not self._answer:
            try:
                addresses = self._servers.enter_context(start_server(self._kind, self._serve_options))
                self._answer = json.dumps({"control": addresses.control, "token": addresses.token}).encode()
            except (RuntimeError, ValueError, OSError) as error:
                self._answer = json.dumps({"error": str(error)}).encode()
        return self._answer


def _shared_addresses(ticket: Ticket) -> Addresses:
    answer = json.loads(_ask(ticket, ADDRESSES))
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return Addresses(**answer)


def _ask(ticket: Ticket, question: bytes) -> bytes:
    host, port, key = ticket
    with Client((host, port), authkey=key.encode()) as controller:
        controller.send_bytes(question)
        return controller.recv_bytes()
