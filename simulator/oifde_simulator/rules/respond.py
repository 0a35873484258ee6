"""`respond`: another answer in the place of the honest one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from oifde_simulator.model.http import JSON_UTF8, Headers, Response
from oifde_simulator.model.vendor_errors import BY_CODE, BY_NAME, Problem, VendorError
from oifde_simulator.rules.action import ActionContext
from oifde_simulator.rules.headers import GivenHeaders, given_headers, written

OK = 200
"""HTTP status of an answer that names none."""
REFUSALS = 300
"""First HTTP status under which `Retry-After` means something."""


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer that a scenario writes out: a vendor error, or status, headers and body."""

    error: VendorError | None = None
    status: int | None = None
    """HTTP status; None for 200, or for the usual one of `error`."""
    headers: GivenHeaders = ()
    body: bytes | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Respond:
        """Build from the mapping that a scenario writes."""
        headers = given_headers(given.get("headers", {}))
        return cls(_vendor_error(given), given.get("status"), headers, _body(given))

    def reshape(self, _response: Response, context: ActionContext) -> Response:
        """Return the answer that takes the place of any other."""
        if self.error is not None:
            rendered = context.render_error(Problem(self.error, status=self.status)).response
        else:
            rendered = Response(
                self.status or OK, self.body or b"", JSON_UTF8 if self.body else JSON_UTF8[1:]
            )
        own = written(self.headers, context.now) if self.headers else ()
        headers = _merge(_wait(rendered.status, context), own)
        return Response(rendered.status, rendered.body, _merge(rendered.headers, headers))


def _wait(status: int, context: ActionContext) -> Headers:
    """Say when to come back, where the status itself refuses (RFC 9110, 10.2.3).

    The vendor's own flow control is a code under HTTP 200, of whose headers nothing is documented.
    """
    if context.retry_after is None or status < REFUSALS:
        return ()
    return (("Retry-After", str(context.retry_after)),)


def _vendor_error(given: Mapping[str, Any]) -> VendorError | None:
    if "error" in given:
        known = BY_NAME[given["error"]]
    elif "errorCode" in given:
        code = int(given["errorCode"])  # JSON may write it with a point
        known = BY_CODE.get(code, VendorError(code, "", "Failure"))
    else:
        return None
    return replace(known, message=given.get("errorMsg", known.message))


def _body(given: Mapping[str, Any]) -> bytes | None:
    if "json" in given:
        return orjson.dumps(given["json"])
    return given["body"].encode() if "body" in given else None


def _merge(headers: Headers, others: Headers) -> Headers:
    """Add `others` to headers, and replace those of the same names."""
    names = {name.lower() for name, _ in others}
    return (*((name, value) for name, value in headers if name.lower() not in names), *others)
