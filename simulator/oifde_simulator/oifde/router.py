"""Turn a request into a call of one operation; check path, method, size and JSON, in that order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any
from urllib.parse import unquote

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.http import Headers, Request
from oifde_simulator.model.vendor_errors import PARAMETER_INCORRECT, Problem
from oifde_simulator.oifde.decoding import SHORT, NotAnObject, decode, decode_again, shown
from oifde_simulator.oifde.leniency import STRICT, Leniency
from oifde_simulator.oifde.operations import BY_PATH, BY_PORT, MAIN
from oifde_simulator.oifde.operations.base import DocumentedOperation
from oifde_simulator.text import nearest, normal

ALIKE = 0.9
"""Likeness of a path, from 0 to 1, to the one that is suggested."""


@dataclass(slots=True)
class Call:
    """Request with its operation and decoded body, or with the problem that hides them."""

    request: Request
    operation: DocumentedOperation | None
    """Called operation; None for another path or method."""
    document: dict[str, Any] = field(default_factory=dict)
    """Decoded body; empty where there is a problem or the operation has no body."""
    problem: Problem | None = None
    shape: DocumentedOperation | None = None
    """Operation whose error shape the answer has; None for that of `operation`, or the main one."""
    headers: Headers = ()
    """Headers that the answer to the problem must have, such as `Allow`."""
    defect: Exception | None = None
    """Failure of ours that kept the request from being read; None where nothing did."""

    @classmethod
    def failed(cls, request: Request, defect: Exception) -> Call:
        """Make the call of a request that could not be routed; its path alone chooses the error shape."""
        return cls(request, None, shape=BY_PATH.get(request.target.partition("?")[0]), defect=defect)

    @property
    def endpoint(self) -> str:
        """Name of the operation; empty for another path or method."""
        return self.operation.name if self.operation else ""

    @property
    def error_shape(self) -> DocumentedOperation:
        """Operation whose error shape the answer has."""
        return self.operation or self.shape or MAIN

    @property
    def tenant(self) -> Any:
        """Name of the tenant in the request, composed; None where the request has none."""
        found = self.operation.tenant_of(self.document, self.request) if self.operation else None
        return normal(found) if isinstance(found, str) and not found.isascii() else found

    @property
    def by_access_key(self) -> bool:
        """True where `tenant` is an access key."""
        return self.operation is not None and self.operation.credential == "signature"

    def token(self, response: Mapping[str, Any]) -> object:
        """Find the token that the call is about; `response` has the fields of the honest answer."""
        return self.operation.token(self.document, response) if self.operation else None


class Router:
    """Finds the operation of a request and decodes its body."""

    def __init__(self, *, bad_json_status: int, leniency: Leniency = STRICT) -> None:
        """`bad_json_status` is the HTTP status for a body that is not a JSON object."""
        self._bad_json_status = bad_json_status
        self._leniency = leniency

    def route(self, request: Request) -> Call:
        """Find the call that `request` makes; keep a mistake in the request as the call's problem."""
        target = request.target
        operation = BY_PATH.get(target) or BY_PATH.get(self._leniency.path(_path(target)))
        if request.port and (operation is None or operation.port != request.port):
            return _other_port(request)
        if operation is None:
            return Call(request, None, problem=_no_such_path(request))
        if request.method not in operation.methods:
            return _no_such_method(request, operation)
        return self._decoded(request, operation)

    def _decoded(self, request: Request, operation: DocumentedOperation) -> Call:
        if request.read_error:
            status = request.read_error_status or self._bad_json_status
            return Call(
                request, operation, problem=operation.body_problem(request, request.read_error, status)
            )
        if not operation.has_body:
            return Call(request, operation)
        try:
            if self._leniency is not STRICT:
                request.body = self._leniency.body(request)
            body = request.body
            document = decode(body) if request.novel or len(body) > SHORT else decode_again(body)
            if operation.own_reader is not None:
                document = dict(operation.fields(document, request))
            return Call(request, operation, document)
        except NotAnObject as mistake:
            # Guess: [not-json] status 400 and 10000002; sending plain text to a real system would settle it.
            detail = _foreign_coding(request) or str(mistake)
            problem = operation.body_problem(request, detail, self._bad_json_status)
            return Call(request, operation, problem=problem)


def _foreign_coding(request: Request) -> str:
    """Say why a body is empty that came by a transfer coding which aiohttp passes over; empty for others."""
    coding = "" if request.body else request.headers.get("Transfer-Encoding", "")
    if coding.strip().lower() in ("", "chunked"):
        return ""
    expected = "expected chunked alone, or a Content-Length"
    return f"the body could not be read: Transfer-Encoding is {shown(coding)}; {expected}"


def _no_such_path(request: Request) -> Problem:
    known = " or ".join(BY_PATH)
    # Not `path "...": expected ...`, which the redaction of credentials reads as a name with its value.
    detail = f"expected the path {known}, found {shown(request.target)}{_near_path(request.target)}"
    return Problem(PARAMETER_INCORRECT, detail, 404, kind="parameter")


def _other_port(request: Request) -> Call:
    """Refuse a path on a port of which it is not, in the error shape of the operation that is."""
    own = BY_PORT[request.port]
    detail = (
        f"path {shown(request.target)} on the {request.port} port, which answers {own.path} only; "
        "the vendor's other interfaces are on the port of --port"
    )
    problem = Problem(own.body_problem(request, detail, 404).error, detail, 404)
    return Call(request, None, problem=problem, shape=own)


def _near_path(target: str) -> str:
    """Name the path that differs in slashes or capitals only, and in what; else one with the same end."""
    path = _path(target)
    plain = "/" + "/".join(filter(None, path.split("/")))
    near = next((known for known in BY_PATH if known.lower() == plain.lower()), "")
    if not near:
        near = _named_path(plain)
        return near and f"; did you mean {near}?"
    faults = ["a doubled slash"] if "//" in path.rstrip("/") else []
    faults += ["a slash at the end"] if path.endswith("/") else []
    faults += ["capitals"] if plain != near else []
    return f"; did you mean {near}? it differs in {' and '.join(faults)}"


def _named_path(path: str) -> str:
    """Find the path that has the same last part, wherever it stands, or that is alike; empty for none."""
    parts = [part.strip().lower() for part in re.split("[/?#;.]", path)]
    same = (known for known in BY_PATH if known.rpartition("/")[2].lower() in parts)
    return next(same, "") or nearest(path, BY_PATH, ALIKE)


def _no_such_method(request: Request, operation: DocumentedOperation) -> Call:
    methods = operation.methods
    detail = f"method {request.method}: expected {' or '.join(methods)}"
    allow = (("Allow", ", ".join(methods)),)
    shape = operation if operation.own_error_shape else None
    problem = Problem(PARAMETER_INCORRECT, detail, 405, kind="parameter")
    if shape is not None:
        problem = Problem(shape.body_problem(request, detail, 405).error, detail, 405)
    return Call(request, None, problem=problem, shape=shape, headers=allow)


def _path(target: str) -> str:
    """Take the path out of a target, also out of the absolute form that proxies get (RFC 9112, 3.2.2)."""
    # Guess: [path-form] case and a slash at the end matter, a query string does not; trying would settle it.
    path = target.partition("?")[0]
    if not path.startswith("/"):
        _, slash, path = path.partition("://")[2].partition("/")
        path = slash + path
    return unquote(path)
