"""`GET /readyz` as a health check asks it.

Rule: plain HTTP is a socket and thirty lines here, because `http.client` costs as much as Python's own start.
Everything else is left to the client.
"""

from __future__ import annotations

import socket
from time import monotonic

TYPE_CHECKING = False  # typing's own would be an import
if TYPE_CHECKING:
    from typing import Any

PATH = "/readyz"
LONGEST_ANSWER = 65536
"""Bytes of an answer that are read."""
NO_URL = "expected a URL such as http://127.0.0.1:8444"


class Health:
    """What came of a request: why the server is not ready, or nothing, and the process that answered."""

    def __init__(self, reason: str = "", pid: int | None = None) -> None:
        self.reason = reason
        self.pid = pid


def ask(url: str, timeout: float) -> Health:
    """Ask a control plane once, for `timeout` seconds."""
    target = _plain_target(url)
    if target is None:
        return _ask_by_client(url, timeout)
    try:
        answer = _exchange(*target, monotonic() + timeout)
    except OSError as error:
        return Health(str(error))
    return _judge(answer)


def _plain_target(url: str) -> tuple[str, int, str] | None:
    """Split a plain URL into host, port and path; return None for one that the client has to read."""
    scheme, _, rest = url.partition("://")
    if scheme != "http" or not url.isascii() or not url.isprintable() or set(url) & set("@?#% "):
        return None
    authority, _, path = rest.partition("/")
    if authority.startswith("["):
        host, bracket, port = authority[1:].partition("]")
        colon, port = port[:1], port[1:]
        good = bool(bracket) and colon in ("", ":")
    else:
        host, _, port = authority.partition(":")
        good = True
    if not good or not host or (port and not (port.isdigit() and int(port[:6]) <= 65535)):
        return None
    return host, int(port or 80), f"/{path}".rstrip("/") + PATH


def _exchange(host: str, port: int, path: str, deadline: float) -> bytes:
    """Send the request and read the answer to its end. HTTP/1.0, so that it is in one piece."""
    name = f"[{host}]" if ":" in host else host
    request = f"GET {path} HTTP/1.0\r\nHost: {name}:{port}\r\nConnection: close\r\n\r\n"
    answer = b""
    # A host as bytes: text would be encoded by IDNA, whose import is slow.
    address: Any = (host.encode(), port)
    with socket.create_connection(address, _left(deadline)) as connection:
        connection.sendall(request.encode())
        while len(answer) < LONGEST_ANSWER:
            connection.settimeout(_left(deadline))
            piece = connection.recv(LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
    return answer


def _left(deadline: float) -> float:
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _judge(answer: bytes) -> Health:
    head, _, body = answer.partition(b"\r\n\r\n")
    version, _, rest = head.partition(b" ")
    status = rest[:3].decode("latin-1")
    if not version.startswith(b"HTTP/") or not status.isdigit():
        return Health("it answers no HTTP" if answer else "it closed the connection without an answer")
    document = _document(body)
    if status[0] != "2":
        return refusal(status, document)
    pid = document.get("pid")
    return Health(pid=pid if isinstance(pid, int) else None)


def refusal(status: str, document: dict[str, object]) -> Health:
    """Say that the server answers another status, and why if it says so."""
    detail = document.get("detail")
    return Health(f"it answers {status}" + (f": {detail}" if isinstance(detail, str) and detail else ""))


def _document(body: bytes) -> dict[str, object]:
    import json

    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _ask_by_client(url: str, timeout: float) -> Health:
    from oifde_simulator_client.errors import ControlProblem, Unreachable
    from oifde_simulator_client.transport.blocking import Transport
    from oifde_simulator_client.transport.endpoint import Endpoint

    try:
        transport = Transport(Endpoint(url, token=None, context=None, timeout=timeout))
    except ValueError:
        return Health(NO_URL)
    try:
        answer = transport.request("GET", PATH)
    except ControlProblem as problem:
        return refusal(str(problem.status), {"detail": problem.detail})
    except Unreachable as error:
        return Health(error.reason)
    finally:
        transport.close()
    pid = _document(answer.body).get("pid")
    return Health(pid=pid if isinstance(pid, int) else None)
