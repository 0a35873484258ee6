"""`respond`: another answer in the place of the honest one."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

import orjson

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.http import JSON_UTF8, Headers, Response
from oifde_simulator.model.vendor_errors import BY_CODE, BY_NAME, Problem, VendorError
from oifde_simulator.rules.action import ActionContext
from oifde_simulator.rules.answers.answer_file import OCTETS, content_type
from oifde_simulator.rules.answers.headers import GivenHeaders, given_headers, written
from oifde_simulator.rules.templates.answer import AnswerTemplates

OK = 200
"""HTTP status of an answer that names none."""
REFUSALS = 300
"""First HTTP status under which `Retry-After` means something."""
BINARY = "application/octet-stream"
"""Content-Type of bytes that nobody has named."""


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer that a scenario writes out: a vendor error, or status, headers and body."""

    error: VendorError | None = None
    status: int | None = None
    """HTTP status; None for 200, or for the usual one of `error`."""
    headers: GivenHeaders = ()
    body: bytes | None = None
    content_type: str | None = None
    """Content-Type of a body that is bytes; None for JSON, and for a text."""
    templates: AnswerTemplates | None = None
    """Texts with placeholders; None where there are none."""
    problem: Problem | None = field(init=False, repr=False, compare=False, default=None)
    """Problem that answers `error`; None without."""

    def __post_init__(self) -> None:
        """Make the problem once for all answers."""
        if self.error is not None:
            object.__setattr__(self, "problem", Problem(self.error, status=self.status))

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Respond:
        """Build from the mapping that a scenario writes."""
        templates = AnswerTemplates.of(given)
        kind = content_type(given["file"], given[OCTETS]) if "file" in given else None
        return cls(
            _vendor_error(given),
            given.get("status"),
            given_headers(given.get("headers", {})),
            None if templates and templates.has_body else _body(given),
            BINARY if "base64" in given else kind,
            templates,
        )

    def reshape(self, _response: Response, context: ActionContext) -> Response:
        """Return the answer that takes the place of any other."""
        answer = self if self.templates is None else self._filled(self.templates, context)
        if answer.problem is not None:
            rendered = context.render_error(answer.problem).response
        else:
            rendered = Response(self.status or OK, answer.body or b"", answer._own_headers())
        if not answer.headers and context.retry_after is None:
            return rendered
        own = written(answer.headers, context.now) if answer.headers else ()
        headers = _merge(_wait(rendered.status, context), own)
        return Response(rendered.status, rendered.body, _merge(rendered.headers, headers))

    def _filled(self, templates: AnswerTemplates, context: ActionContext) -> Respond:
        """Put values in the place of placeholders. Raises NotApplicable where that makes no answer."""
        texts = templates.filled(context)
        error = self.error
        if error is not None and texts.message is not None:
            error = replace(error, message=texts.message)
        body = self.body if texts.body is None else texts.body
        new = dict(texts.headers)
        headers = tuple((name, new.get(name, value)) for name, value in self.headers)
        return replace(self, error=error, body=body, headers=headers)

    def _own_headers(self) -> Headers:
        if self.content_type is not None and self.body:
            return (("Content-Type", self.content_type), *JSON_UTF8[1:])
        return JSON_UTF8 if self.body else JSON_UTF8[1:]


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
    if "base64" in given:
        return b64decode("".join(given["base64"].split()))
    if "file" in given:
        return bytes(given[OCTETS])
    return given["body"].encode() if "body" in given else None


def _merge(headers: Headers, others: Headers) -> Headers:
    """Add `others` to headers, and replace those of the same names."""
    if not others:
        return headers
    names = {name.lower() for name, _ in others}
    return (*((name, value) for name, value in headers if name.lower() not in names), *others)
