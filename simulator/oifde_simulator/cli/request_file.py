"""Requests as people write them down, to be asked without a server."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multidict import CIMultiDict

from oifde_simulator.immediate import immediate
from oifde_simulator.model.http import JSON_UTF8, Request
from oifde_simulator.oifde.operations import BY_NAME, guess
from oifde_simulator.tenants import Tenants
from oifde_simulator.text import did_you_mean, shown

PARTS = ("endpoint", "headers", "body")
"""The keys of a request that is more than a body."""


@dataclass(frozen=True, slots=True)
class RequestFile:
    """A request as people write it down: an endpoint, headers, and a JSON body or the text of one."""

    endpoint: str
    body: Any
    headers: Mapping[str, str]
    filled_in: Mapping[str, str]
    """What was not written and is taken from the scenario."""

    def request(self) -> Request:
        """The same as a request that arrived."""
        operation = BY_NAME[self.endpoint]
        headers = CIMultiDict(JSON_UTF8[:1])
        headers.update(self.headers)
        return Request(operation.methods[0], operation.path, headers, self.octets)

    @property
    def octets(self) -> bytes:
        """The body as it is sent."""
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        return text.encode("utf-8", "surrogatepass")


def document(name: str) -> Any:
    """The JSON in the file `name`, `-` for standard input. Raises ValueError or OSError."""
    try:
        return json.loads(sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name}: expected a JSON object, the body of a request: {error}") from None
    except OSError as error:
        raise ValueError(
            f"{name}: cannot be read: {error.strerror}; expected a file with the JSON body of a request"
        ) from None


def asked(document: Any, tenants: Tenants, tenant: str, endpoint: str | None = None) -> RequestFile:
    """The request that `document` writes down, for `tenant`; credentials that it does not name are filled in.

    `document` is a body, or `{"endpoint": ..., "headers": {...}, "body": ...}`. A body that is text is
    sent as it stands. `endpoint` wins over the document's. Raises ValueError for what is none of this.
    """
    if not isinstance(document, dict):
        raise ValueError(f"expected a JSON object, the body of a request, found {shown(document)}")
    whole = "body" in document and document.keys() <= set(PARTS)
    body = document["body"] if whole else document
    called = endpoint or (document.get("endpoint") if whole else None) or _guessed(body)
    known = list(BY_NAME)
    if called not in known:
        raise ValueError(
            f"expected endpoint {' or '.join(known)}, found {shown(called)}{did_you_mean(str(called), known)}"
        )
    headers = document.get("headers", {}) if whole else {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise ValueError(f"expected headers as an object of strings, found {shown(headers)}")
    filled = _credentials(tenants, tenant, called, body) if isinstance(body, dict) else {}
    return RequestFile(called, {**filled, **body} if filled else body, headers, filled)


def _guessed(body: Any) -> str:
    """The endpoint of a body that comes without one."""
    return guess(body if isinstance(body, dict) else ()).name


def _credentials(tenants: Tenants, tenant: str, endpoint: str, body: Mapping[str, Any]) -> dict[str, str]:
    operation = BY_NAME[endpoint]
    if operation.credential == "secret":
        credential = tenants.files[tenant].tenant.secret
    else:  # a token is issued only where one is needed
        needed = operation.credential == "token" and operation.token_field not in body
        credential = immediate(tenants.token(tenant)) if needed else ""
    own = operation.credentials_of(tenant, credential)
    return {name: value for name, value in own.items() if name not in body}


def as_json(asked: RequestFile) -> dict[str, Any]:
    """A request for machines, whole."""
    return {
        "endpoint": asked.endpoint,
        "headers": dict(asked.headers),
        "body": asked.body,
        "filled_in": dict(asked.filled_in),
    }
