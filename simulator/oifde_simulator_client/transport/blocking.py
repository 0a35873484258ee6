"""Requests over kept sockets. Rule: several threads may use one transport at once."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable, Mapping
from typing import Any

from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.transport.endpoint import IDEMPOTENT, Endpoint, Reply, encode_json, named
from oifde_simulator_client.transport.response import NotHttp, Response

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

MOST_IDLE = 4
"""Most connections that are kept open."""
PIECE = 256 * 1024
"""Most bytes that are received at once."""


class Connection:
    """A socket to the control plane."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Connect. Raises OSError."""
        self.used = False
        """True after the first answer."""
        self._socket = socket.create_connection((endpoint.host, endpoint.port), endpoint.timeout)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context := endpoint.ssl_context():
                self._socket = context.wrap_socket(self._socket, server_hostname=endpoint.host)
        except BaseException:
            self._socket.close()
            raise

    def send(self, request: bytes, timeout: float) -> None:
        """Send a request. Raises OSError."""
        self._socket.settimeout(timeout)
        self._socket.sendall(request)

    def receive(self, response: Response) -> None:
        """Wait for the next piece of a response. Raises OSError and NotHttp."""
        response.feed(self._socket.recv(PIECE))

    def is_closed(self) -> bool:
        """Check whether the server has ended the idle connection."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            return bool(selector.select(0))

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


class Transport:
    """Connections to one control plane."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Connect to nothing yet."""
        self.endpoint = endpoint
        self._idle: list[Connection] = []

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] = {},
        extra_timeout: float = 0.0,
    ) -> Reply:
        """Send a request and return its answer, with `extra_timeout` seconds beyond the usual timeout.

        Raises Unreachable without an answer, and ControlProblem for a refusal.
        """
        octets = self.endpoint.encode(method, path, encode_json(body), headers)
        timeout = self.endpoint.timeout + extra_timeout
        try:
            connection, response = self._send(method, octets, timeout, lambda response: response.done)
        except (OSError, NotHttp) as error:
            raise self.endpoint.unreachable(error) from None  # inner frames hold the token
        self._keep(connection, response)
        return self.endpoint.decode(response.status, response.take_body(), named(method, path))

    def open_stream(self, path: str, extra_timeout: float) -> tuple[Connection, Response]:
        """Send a GET and return its connection with the answer's head. Raises as `request` does."""
        octets = self.endpoint.encode("GET", path, None, {})
        timeout = self.endpoint.timeout + extra_timeout
        try:
            connection, response = self._send(
                "GET", octets, timeout, lambda response: response.done or 0 < response.status < 300
            )
        except (OSError, NotHttp) as error:
            raise self.endpoint.unreachable(error) from None
        if response.status >= 300:
            self._keep(connection, response)
            self.endpoint.decode(response.status, response.take_body(), named("GET", path))
        return connection, response

    def close(self) -> None:
        """Close the kept connections; the next request opens a new one."""
        while self._idle:
            self._idle.pop().close()

    def _send(
        self, method: str, octets: bytes, timeout: float, enough: Callable[[Response], bool]
    ) -> tuple[Connection, Response]:
        """Send a request and receive until there is `enough` of the response.

        A GET on a kept connection that turns out to be closed is sent once more on a new one.
        """
        connection, response = self._connection(), Response()
        try:
            connection.send(octets, timeout)
            while not enough(response):
                connection.receive(response)
        except BaseException as error:
            connection.close()
            again = connection.used and method in IDEMPOTENT and not response.status
            if again and isinstance(error, ConnectionError | NotHttp):
                self.close()
                return self._send(method, octets, timeout, enough)
            raise
        return connection, response

    def _connection(self) -> Connection:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if not connection.is_closed():
                return connection
            connection.close()
        return Connection(self.endpoint)

    def _keep(self, connection: Connection, response: Response) -> None:
        if len(self._idle) < MOST_IDLE and response.keeps_connection:
            connection.used = True
            self._idle.append(connection)
        else:
            connection.close()
