"""Servers that all workers of pytest-xdist share, one for each set of options.

Rule: the controller starts one when the first worker asks for it, since most suites never do.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from typing import Any

from oifde_simulator.pytest_plugin.serve_options import ServeOptions
from oifde_simulator.pytest_plugin.servers import Servers
from oifde_simulator.runtime.embedding import Addresses

__tracebackhide__ = True  # options may hold a token

Ticket = tuple[str, int, str]
"""Host, port and key with which a worker asks for a shared server."""
STOP = b"stop"
"""Question that ends a SharedServers; any other is options in JSON."""


class SharedServers:
    """Servers that start when the first worker asks for their addresses."""

    def __init__(self, kind: str) -> None:
        """Listen for questions of workers; start no server yet."""
        key = secrets.token_hex(16)
        self._listener = Listener(("127.0.0.1", 0), backlog=128, authkey=key.encode())
        host, port = self._listener.address
        self.ticket: Ticket = (str(host), int(port), key)
        self.servers = Servers(kind)
        self._thread = threading.Thread(target=self._answer_workers, name="oifde-simulator", daemon=True)
        self._thread.start()

    def stop_answering(self) -> None:
        """Answer no worker any more; the servers go on."""
        if self._thread.is_alive():
            _ask(self.ticket, STOP)
            self._thread.join()
            self._listener.close()

    def close(self) -> None:
        """Stop the servers."""
        self.stop_answering()
        self.servers.close()

    def _answer_workers(self) -> None:
        question = b""
        while question != STOP:
            # A stranger or a vanished worker must not end the thread.
            with suppress(AuthenticationError, OSError, EOFError), self._listener.accept() as worker:
                question = worker.recv_bytes()
                worker.send_bytes(b"" if question == STOP else self._addresses(question))

    def _addresses(self, question: bytes) -> bytes:
        """Start the server with these options at the first question; encode its addresses or the error."""
        try:
            addresses = self.servers.start(_decoded(json.loads(question)))
        except RuntimeError as error:
            return json.dumps({"error": str(error)}).encode()
        return json.dumps(addresses.as_dict()).encode()


def shared_addresses(ticket: Ticket, options: ServeOptions) -> Addresses:
    """Ask the controller for the server with these options. Raises RuntimeError if it does not start."""
    answer = json.loads(_ask(ticket, json.dumps(options).encode()))
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return Addresses(**answer)


def _decoded(options: Mapping[str, Any]) -> ServeOptions:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}


def _ask(ticket: Ticket, question: bytes) -> bytes:
    host, port, key = ticket
    with Client((host, port), authkey=key.encode()) as controller:
        controller.send_bytes(question)
        return controller.recv_bytes()
