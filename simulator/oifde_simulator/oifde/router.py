"""From a request to a call of one operation: path, method, size and JSON, judged in that order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from oifde_simulator.model.http import Headers, Request
from oifde_simulator.model.vendor_errors import PARAMETER_INCORRECT, Problem
from oifde_simulator.oifde import contract
from oifde_simulator.oifde.decoding import SHORT, NotAnObject, decode, decode_again, excerpt

GETTOKEN = "gettoken"
QUERY = "queryRecordHistory"


@dataclass(slots=True)
class Call:
    """A request whose operation and body are known, or the problem that kept them unknown."""

    request: Request
    operation: str
    """`gettoken` or `queryRecordHistory`; empty for another path or method."""
    document: dict[str, Any] = field(default_factory=dict)
    """The decoded body; empty when there is a problem."""
    problem: Problem | None = None
    headers: Headers = ()
    """What the answer to the problem must carry, such as `Allow`."""

    @property
    def shape(self) -> str:
        """The operation whose shape the answer has; the query's for another path or method."""
        return self.operation or QUERY

    @property
    def tenant(self) -> Any:
        """What the body names as its tenant: a tenantId, for gettoken an appKey; None when nothing."""
        return self.document.get("appKey" if self.operation == GETTOKEN else "tenantId")


class Router:
    """Finds the operation of a request and decodes its body."""

    def __init__(self, *, bad_json_status: int) -> None:
        """`bad_json_status` is the HTTP status that answers what is not a JSON object."""
        self._bad_json_status = bad_json_status
        self._operations = {path: (o.method, o.operation_id) for path, o in contract.operations().items()}

    def route(self, request: Request) -> Call:
        """The call that `request` makes; whatever is wrong with it becomes the call's problem."""
        entry = self._operations.get(request.target) or self._operations.get(_path(request.target))
        # Guess: [other-path] 404 and 405 with the error body of the query; one call of each would settle it.
        if entry is None:
            return Call(request, "", problem=self._no_such_path(request))
        method, operation = entry
        if request.method != method:
            problem = Problem(PARAMETER_INCORRECT, f"method {request.method}: expected {method}", 405)
            return Call(request, "", problem=problem, headers=(("Allow", method),))
        return self._decoded(request, operation)

    def _decoded(self, request: Request, operation: str) -> Call:
        if request.read_error:
            status = request.read_error_status or self._bad_json_status
            problem = Problem(PARAMETER_INCORRECT, request.read_error, status)
            return Call(request, operation, problem=problem)
        try:
            body = request.body
            return Call(request, operation, decode_again(body) if len(body) <= SHORT else decode(body))
        except NotAnObject as mistake:
            # Guess: [not-json] status 400 and 10000002; sending plain text to a real system would settle it.
            problem = Problem(PARAMETER_INCORRECT, str(mistake), self._bad_json_status)
            return Call(request, operation, problem=problem)

    def _no_such_path(self, request: Request) -> Problem:
        known = " or ".join(self._operations)
        return Problem(PARAMETER_INCORRECT, f"path {excerpt(request.target)}: expected {known}", 404)


def _path(target: str) -> str:
    """The path of a target, also of one in absolute form, as proxies get it (RFC 9112, 3.2.2)."""
    # Guess: [path-form] case and a slash at the end matter, a query string does not; trying would settle it.
    path = target.partition("?")[0]
    if not path.startswith("/"):
        _, slash, path = path.partition("://")[2].partition("/")
        path = slash + path
    return unquote(path)
