"""Requests to the control plane over connections that are kept; safe to use from several threads."""

from __future__ import annotations

import json
import selectors
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from oifde_simulator.client.errors import Unreachable, problem, told

__tracebackhide__ = told  # a failing test shows its own line

MOST_IDLE = 4
"""Connections that are kept."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer that is no refusal."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


class Unshown(str):
    """A text that tracebacks leave out, with the values of locals too."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'...'"


class Transport:
    """The way to one control plane."""

    def __init__(self, url: str, token: str | None, context: ssl.SSLContext | None, timeout: float) -> None:
        """Nothing is connected yet. Raises ValueError where `url` is none."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f'expected a URL such as http://127.0.0.1:8444, found "{url}"')
        self.url = url.rstrip("/")
        self._secure = parts.scheme == "https"
        self._host, self._port, self._prefix = parts.hostname, parts.port, parts.path.rstrip("/")
        self._context = context
        self._timeout = timeout
        self._headers = {"Authorization": Unshown(f"Bearer {token}")} if token else {}
        self._idle: list[HTTPConnection] = []

    def ask(self, method: str, path: str, body: Any = None, *, patience: float = 0.0) -> Reply:
        """The answer to one request; it may take `patience` seconds longer than usual.

        Raises Unreachable where none comes, and ControlProblem where it is a refusal.
        """
        headers: Mapping[str, str] = self._headers
        octets = None
        if body is not None:
            octets = json.dumps(body).encode()
            headers = {**headers, "Content-Type": "application/json"}
        try:
            reply = self._exchange(method, path, octets, headers, patience)
        except (OSError, HTTPException) as error:
            why = str(error) or type(error).__name__
            # From None: the frames of http.client have the token.
            raise Unreachable(
                f"the control plane at {self.url} does not answer: {why}; is it up?", why
            ) from None
        if reply.status >= 400:
            raise problem(reply.status, _document(reply.body), f"{method} {path.partition('?')[0]}")
        return reply

    def close(self) -> None:
        """Close the connections that are kept; the next request opens another."""
        while self._idle:
            self._idle.pop().close()

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], patience: float
    ) -> Reply:
        connection = self._connection()
        try:
            connection.timeout = self._timeout + patience
            if connection.sock:
                connection.sock.settimeout(connection.timeout)
            else:
                connection.connect()
            connection.request(method, self._prefix + path, body, headers)
            response = connection.getresponse()
            reply = Reply(response.status, response.read())
        except BaseException:
            connection.close()
            raise
        if len(self._idle) < MOST_IDLE and not response.will_close:
            self._idle.append(connection)
        else:
            connection.close()
        return reply

    def _connection(self) -> HTTPConnection:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if not _was_closed(connection):
                return connection
            connection.close()
        if self._secure:
            return HTTPSConnection(self._host, self._port, context=self._context)
        return HTTPConnection(self._host, self._port)


def _was_closed(connection: HTTPConnection) -> bool:
    """Whether the other side has ended a connection that nothing is expected on."""
    if connection.sock is None:
        return True
    with selectors.DefaultSelector() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        return bool(selector.select(0))


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"detail": body.decode("utf-8", "replace")[:300]}
