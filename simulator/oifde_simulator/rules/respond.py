"""What a rule puts in the place of the honest answer: another answer, or an edited one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import JSON_UTF8, Headers, Response
from oifde_simulator.model.vendor_errors import BY_CODE, BY_NAME, Problem, VendorError
from oifde_simulator.randomness import KeyedRandom

Refuse = Callable[[Problem], Answer]
"""Renders a vendor error in the shape that the client expects."""


class NotApplicable(Exception):
    """A rule cannot do to this answer what it says; the honest answer is sent, and the exchange says why.

    The rule has fired all the same: it counts among its `times`, and no rule after it is asked.
    """


@dataclass(frozen=True, slots=True)
class Scene:
    """What an action works with."""

    honest: Answer
    refuse: Refuse
    draw: KeyedRandom
    now: int
    """Epoch milliseconds on the tenant's clock."""
    retry_after: int | None = None
    """Seconds until a rate limit lets the client in again; None where no rate fired."""


@dataclass(frozen=True, slots=True)
class Respond:
    """`respond`: another answer altogether."""

    error: VendorError | None = None
    status: int | None = None
    headers: Headers = ()
    body: bytes | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Respond:
        """From what a scenario writes."""
        headers = tuple((name, str(value)) for name, value in given.get("headers", {}).items())
        return cls(_vendor_error(given), given.get("status"), headers, _body(given))

    def reshape(self, response: Response, scene: Scene) -> Response:  # noqa: ARG002
        """The answer in the place of `response`."""
        wait = () if scene.retry_after is None else (("Retry-After", str(scene.retry_after)),)
        headers = _over(wait, self.headers)
        if self.error is not None:
            made = scene.refuse(Problem(self.error, status=self.status)).response
            return Response(made.status, made.body, _over(made.headers, headers))
        kind = JSON_UTF8 if self.body else JSON_UTF8[1:]
        return Response(self.status or 200, self.body or b"", _over(kind, headers))


def _vendor_error(given: Mapping[str, Any]) -> VendorError | None:
    if "error" in given:
        known = BY_NAME[given["error"]]
    elif "errorCode" in given:
        code = given["errorCode"]
        known = BY_CODE.get(code, VendorError(code, "", "Failure"))
    else:
        return None
    return VendorError(known.code, known.name, given.get("errorMsg", known.message))


def _body(given: Mapping[str, Any]) -> bytes | None:
    if "json" in given:
        return orjson.dumps(given["json"])
    return given["body"].encode() if "body" in given else None


def _over(headers: Headers, others: Headers) -> Headers:
    names = {name.lower() for name, _ in others}
    return (*((name, value) for name, value in headers if name.lower() not in names), *others)
