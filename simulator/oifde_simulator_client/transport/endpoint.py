"""A control plane's address: requests to it as bytes, and its answers as values or errors.

Rule: no I/O. Both transports write and read what this module says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from oifde_simulator_client.errors import ControlProblem, Unreachable, create_problem, hides_frames
from oifde_simulator_client.transport.hidden import HiddenBytes, HiddenText, hidden
from oifde_simulator_client.transport.planes import perhaps_wrong_plane, wrong_plane
from oifde_simulator_client.transport.response import NotHttp

if TYPE_CHECKING:
    from ssl import SSLContext

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

PORTS = {"http": 80, "https": 443}
"""Schemes with their default ports."""
TOKEN = re.compile(r"[!-~]+")
"""Regular expression of a token: visible ASCII characters, as in any field of a header."""
IDEMPOTENT = frozenset({"GET"})
"""Methods that may be sent a second time when a kept connection turns out to be closed.

A `PUT` may advance a clock, and what a `DELETE` counts would be gone at its second time.
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with a status below 300."""

    status: int
    body: bytes
    request: str = ""
    """Request that it answers, such as `GET /readyz`."""

    @property
    def json(self) -> Any:
        """Decoded body. Raises ControlProblem for another server's body."""
        try:
            return json.loads(self.body)
        except ValueError:
            found = self.body.decode("utf-8", "replace")[:100]
            detail = (
                f"expected JSON of the control plane, found {found!r}; is the URL that of another server?"
            )
            raise ControlProblem(self.status, {"detail": detail}, self.request) from None

    def __repr__(self) -> str:  # a body may hold credentials
        return f"Reply({self.request!r}, status={self.status}, body={len(self.body)} bytes)"


class Endpoint:
    """Address of a control plane with the token that it wants."""

    def __init__(self, url: str, token: str | None, context: SSLContext | None, timeout: float) -> None:
        """Drop white space around `url` and `token`.

        Raises ValueError for a `url` that is not http or https, and for a token that no header can have.
        """
        token, url = hidden(token), url.strip()  # frames of an error show both
        parts = _split(url)
        self.url = url.rstrip("/")
        self.scheme, self.host, self._prefix = parts.scheme, parts.hostname or "", parts.path.rstrip("/")
        self.port = parts.port or PORTS[parts.scheme]
        self.timeout = timeout
        """Seconds of silence after which a request has failed."""
        self._context = context
        self._fixed = HiddenText(f"Host: {_authority(parts)}\r\nAccept-Encoding: identity\r\n")
        if token:
            self._fixed = HiddenText(f"{self._fixed}Authorization: Bearer {_checked(token)}\r\n")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.shown_url!r})"

    @property
    def shown_url(self) -> str:
        """URL without a user's name and password."""
        return f"{self.scheme}://{self._netloc}{self._prefix}"

    @property
    def _netloc(self) -> str:
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def ssl_context(self) -> SSLContext | None:
        """Choose the TLS context of a new connection; None for plain HTTP."""
        if self.scheme == "http":
            return None
        if self._context is None:
            import ssl  # slow to import, and the control plane speaks plain HTTP

            self._context = ssl.create_default_context()
        return self._context

    def encode(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        """Write a request."""
        fields = [f"{name}: {value}\r\n" for name, value in headers.items()]
        if body is not None:
            fields.append(f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n")
        elif method not in ("GET", "HEAD"):
            fields.append("Content-Length: 0\r\n")
        line = f"{method} {self._prefix}{path} HTTP/1.1\r\n"
        return HiddenBytes(
            b"".join((f"{line}{self._fixed}{''.join(fields)}\r\n".encode("ascii"), body or b""))
        )

    def decode(self, status: int, body: bytes, request: str) -> Reply:
        """Make the reply to `request`, such as `GET /readyz`. Raises ControlProblem for a refusal."""
        if status >= 300:
            document = _document(body)
            if hint := wrong_plane(document, self.shown_url):
                document = {**document, "detail": hint}
            raise create_problem(status, document, request)
        return Reply(status, body, request)

    def unreachable(self, error: Exception) -> Unreachable:
        """Make the error of a request without an answer."""
        timed_out = isinstance(error, TimeoutError)
        why = (str(error) or type(error).__name__) if not timed_out else f"timed out ({self.timeout:g} s)"
        hint = perhaps_wrong_plane(self.shown_url) if _speaks_otherwise(error) else "; is it up?"
        return Unreachable(
            f"the control plane at {self.shown_url} does not answer: {why}{hint}",
            why,
            timed_out=timed_out,
        )


def encode_json(body: Any) -> bytes | None:
    """Write the body of a request as JSON; None for none."""
    return None if body is None else json.dumps(body).encode()


def named(method: str, path: str) -> str:
    """Name a request in messages, without the values of its query."""
    return f"{method} {path.partition('?')[0]}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        if parts.scheme in PORTS and parts.hostname and (parts.port is None or parts.port > 0):
            return parts
    except ValueError:
        pass
    shown = re.sub(r"//[^/@]*@", "//", url)
    raise ValueError(f'expected a URL such as http://127.0.0.1:8444, found "{shown}"') from None


def _authority(parts: SplitResult) -> str:
    """Write host and port for the header Host; leave the scheme's own port out."""
    host = parts.hostname or ""
    host = f"[{host.partition('%')[0]}]" if ":" in host else host.encode("idna").decode()
    return host if parts.port in (None, PORTS[parts.scheme]) else f"{host}:{parts.port}"


def _speaks_otherwise(error: Exception) -> bool:
    """Check for a peer that is there, and speaks TLS where we do not, or does not where we do."""
    return type(error).__module__ == "ssl" or (isinstance(error, NotHttp) and not error.begun)


def _checked(token: str) -> str:
    if TOKEN.fullmatch(token) is None:
        # The token is a secret, so the message does not repeat it.
        raise ValueError(
            "expected a token of visible ASCII characters, found white space, a line break or others in it; "
            "look at the argument token, or at OIFDE_CONTROL_TOKEN"
        )
    return token


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"detail": body.decode("utf-8", "replace")[:300]}
