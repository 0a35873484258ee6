"""Requests to the control plane over kept connections.

Rule: several threads may use one transport at once.
"""

from __future__ import annotations

import json
import selectors
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from oifde_simulator.client.errors import Unreachable, create_problem, hides_frames

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

TOKEN_VARIABLE = "OIFDE_CONTROL_TOKEN"  # noqa: S105  the name of a variable
"""Environment variable with the token."""
MOST_IDLE = 4
"""Most connections that are kept open."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with a status below 400."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """Decoded body."""
        return json.loads(self.body)


class HiddenText(str):
    """A string whose value no traceback with local variables shows."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'...'"


def hidden(token: str | None) -> HiddenText | None:
    """Trim a token and hide it from tracebacks; None for none."""
    return HiddenText(token.strip()) if token and not token.isspace() else None


class Transport:
    """Connections to one control plane."""

    def __init__(self, url: str, token: str | None, context: ssl.SSLContext | None, timeout: float) -> None:
        """Connect to nothing yet.

        White space around `url` and `token` is dropped. Raises ValueError for a `url` that is not http or
        https, and for a token that no header can have.
        """
        token = hidden(token)
        url = url.strip()
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f'expected a URL such as http://127.0.0.1:8444, found "{url}"')
        self.url = url.rstrip("/")
        self._secure = parts.scheme == "https"
        self._host, self._port, self._prefix = parts.hostname, parts.port, parts.path.rstrip("/")
        self._context = context
        self._timeout = timeout
        self._headers = _authorization(token)
        self._idle: list[HTTPConnection] = []

    def request(self, method: str, path: str, body: Any = None, *, extra_timeout: float = 0.0) -> Reply:
        """Send a request and return its answer, with `extra_timeout` seconds beyond the usual timeout.

        Raises Unreachable without an answer, and ControlProblem for a refusal.
        """
        headers: Mapping[str, str] = self._headers
        octets = None
        if body is not None:
            octets = json.dumps(body).encode()
            headers = {**headers, "Content-Type": "application/json"}
        try:
            reply = self._exchange(method, path, octets, headers, extra_timeout)
        except (OSError, HTTPException) as error:
            why = str(error) or type(error).__name__
            # From None: the frames of http.client hold the token.
            raise Unreachable(
                f"the control plane at {self.url} does not answer: {why}; is it up?", why
            ) from None
        if reply.status >= 400:
            raise create_problem(reply.status, _document(reply.body), f"{method} {path.partition('?')[0]}")
        return reply

    def close(self) -> None:
        """Close the kept connections; the next request opens a new one."""
        while self._idle:
            self._idle.pop().close()

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], extra_timeout: float
    ) -> Reply:
        connection = self._connection()
        try:
            connection.timeout = self._timeout + extra_timeout
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
            if not _is_closed(connection):
                return connection
            connection.close()
        if self._secure:
            return HTTPSConnection(self._host, self._port, context=self._context)
        return HTTPConnection(self._host, self._port)


def _authorization(token: HiddenText | None) -> Mapping[str, str]:
    """Make the header for a token; without one, none. The message never repeats the token."""
    if token is None:
        return {}
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise ValueError(
            f"{TOKEN_VARIABLE}, or the token given to Control: expected printable ASCII characters, "
            "found white space, a line feed or others inside it"
        )
    return {"Authorization": HiddenText(f"Bearer {token}")}


def _is_closed(connection: HTTPConnection) -> bool:
    """Check whether the server has ended an idle connection."""
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
