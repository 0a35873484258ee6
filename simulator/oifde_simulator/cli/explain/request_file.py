"""Requests as files hold them: a JSON body, or an object of endpoint, path, headers, body and time."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from multidict import CIMultiDict

from oifde_simulator.cli.explain import sender
from oifde_simulator.cli.explain.sender import Sender
from oifde_simulator.immediate import immediate
from oifde_simulator.model.http import JSON_UTF8, UNKNOWN_PEER, Peer, Request
from oifde_simulator.oifde.leniency import declared_charset
from oifde_simulator.oifde.operations import BY_NAME, BY_PATH, guess
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.tokens import accepted_token
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.utf8 import decoded

KEYS = ("endpoint", "path", "headers", "body", "at", *sender.KEYS)
"""Keys of a file that holds more than a body."""


@dataclass(frozen=True, slots=True)
class RequestFile:
    """A request of a file: an endpoint, headers, and a JSON body or the text of one."""

    endpoint: str
    body: Any
    headers: Mapping[str, str]
    filled_in: Mapping[str, str]
    """Credentials that the file leaves out, taken from the scenario."""
    path: str = ""
    """Path that is asked; empty for that of the endpoint."""
    at: Any = None
    """Time at which it is sent, as the file has it; None where it has none."""
    sender: Sender = Sender()
    """Who sends it."""

    def request(self, peer: Peer = UNKNOWN_PEER) -> Request:
        """Build the request as the data plane receives it from `peer`."""
        operation = BY_NAME[self.endpoint]
        headers = CIMultiDict(JSON_UTF8[:1])
        headers.update(self.headers)
        path = self.path or operation.path
        return Request(operation.methods[0], path, headers, self.octets, peer=peer)

    @property
    def octets(self) -> bytes:
        """Body in the charset that the headers declare, as a client sends it; else in UTF-8."""
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        try:
            return text.encode(declared_charset(CIMultiDict(self.headers).get("Content-Type", "")))
        except (LookupError, UnicodeError):
            return text.encode("utf-8", "surrogatepass")


def load(name: str) -> Any:
    """Read the JSON of the file `name`, or of standard input for `-`. Raises ValueError."""
    try:
        return json.loads(decoded(_standard_input() if name == "-" else Path(name).read_bytes()))
    except json.JSONDecodeError as error:
        from oifde_simulator.cli.explain.json_slips import likely_cause  # only wanted when something is wrong

        place = f"line {error.lineno}, column {error.colno}{likely_cause(error)}"
        raise ValueError(
            f"{name}: expected a JSON object, the body of a request: no JSON at {place}"
        ) from None
    except RecursionError:
        raise ValueError(f"{name}: expected a JSON object, the body of a request: nested too deep") from None
    except ValueError as error:
        raise ValueError(f"{name}: expected a JSON object, the body of a request: {error}") from None
    except OSError as error:
        raise ValueError(
            f"{name}: cannot be read: {error.strerror}; expected a file with the JSON body of a request"
        ) from None


def _standard_input() -> bytes:
    # As bytes: JSON is UTF-8, whatever the terminal has.
    read: str | bytes = getattr(sys.stdin, "buffer", sys.stdin).read()
    return read.encode("utf-8", "surrogatepass") if isinstance(read, str) else read


def parse(document: Any, tenants: Tenants, tenant: str, endpoint: str | None = None) -> RequestFile:
    """Build a request to `tenant` from `document` and fill in missing credentials.

    `document` is a body, or `{"endpoint": ..., "path": ..., "headers": {...}, "body": ...}`. A body that is a
    string is sent unchanged. `endpoint` replaces the document's. Raises ValueError for any other document.
    """
    request = read(document, endpoint)
    return filled(request, tenants, tenant, lambda: immediate(accepted_token(tenants, tenant)))


def filled(request: RequestFile, tenants: Tenants, tenant: str, token: Callable[[], str]) -> RequestFile:
    """Copy a request with credentials where it names none; `token` gives one that is good."""
    operation = BY_NAME[request.endpoint]
    if operation.credential == "signature":
        return _authorized(request, tenants, tenant)
    if not isinstance(request.body, dict):
        return request
    missing = _missing_credentials(tenants, tenant, request, token)
    return replace(request, body={**missing, **request.body}, filled_in=missing) if missing else request


def _authorized(request: RequestFile, tenants: Tenants, tenant: str) -> RequestFile:
    """Copy a request with an access key of the tenant where no header has one."""
    if any(name.lower() == "authorization" for name in request.headers):
        return request
    keys = tenants.files[tenant].tenant.access_keys
    key = next(iter(keys), tenant)
    made = BY_NAME[request.endpoint].authorize(request.request(), key, keys.get(key))
    return replace(request, headers={**request.headers, **made}, filled_in=made)


def read(document: Any, endpoint: str | None = None) -> RequestFile:
    """Build a request from `document`, as `parse` does, without credentials. Raises ValueError."""
    if not isinstance(document, dict):
        raise ValueError(f"expected a JSON object, the body of a request, found {shown(document)}")
    whole = "body" in document and document.keys() <= set(KEYS)
    body = document["body"] if whole else {name: document[name] for name in document if name != "at"}
    path = document.get("path", "") if whole else ""
    if not isinstance(path, str):
        raise ValueError(f"expected path as a string, found {shown(path)}")
    name = endpoint or (document.get("endpoint") if whole else None) or _guess_endpoint(path, body)
    known = list(BY_NAME)
    if name not in known:
        near = did_you_mean(str(name), known) or _named(str(name))
        raise ValueError(f"expected endpoint {' or '.join(known)}, found {shown(name)}{near}")
    headers = document.get("headers", {}) if whole else {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise ValueError(
            f"expected headers as an object of strings, found {shown(headers)}{_quoted(headers)}"
        )
    sent = sender.read(document) if whole else Sender()
    return RequestFile(name, body, headers, {}, path, document.get("at"), sent)


def misplaced_keys(document: Any) -> Iterator[str]:
    """Say of a request whose keys are taken for its body which of them is no key of a file."""
    for item in document if isinstance(document, list) else [document]:
        if isinstance(item, dict) and isinstance(item.get("body"), dict):
            for name in [name for name in item if name not in KEYS][:1]:
                near = did_you_mean(name, KEYS) or f"; known here: {', '.join(KEYS)}"
                taken = "so the whole object is taken for the body"
                yield f"{shown(name)} is no key of a request file, {taken}{near}"


def _named(path: str) -> str:
    """Suggest the endpoint of a path."""
    # Only wanted when something is wrong.
    from oifde_simulator.scenario.lint.schema.short_forms import endpoint

    return f"; {fix}" if (fix := endpoint(path)) else ""


def _quoted(headers: Any) -> str:
    """Suggest how a header is written whose value is a number."""
    given = headers.items() if isinstance(headers, dict) else ()
    for name, value in given:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return f"; put the value in quotes: {shown({name: str(value)})}"
    return ""


def _guess_endpoint(path: str, body: Any) -> str:
    """Guess the endpoint from a path, whatever its slashes, else from the fields of a body."""
    asked = BY_PATH.get("/" + "/".join(filter(None, path.partition("?")[0].split("/"))))
    return asked.name if asked else guess(body if isinstance(body, dict) else ()).name


def _missing_credentials(
    tenants: Tenants, tenant: str, request: RequestFile, token: Callable[[], str]
) -> dict[str, str]:
    operation, body = BY_NAME[request.endpoint], request.body
    if operation.credential == "secret":
        credential = tenants.files[tenant].tenant.secret
    else:  # a token is issued only where one is needed
        needed = operation.credential == "token" and operation.token_field not in body
        credential = token() if needed else ""
    own = operation.credentials_of(tenant, credential)
    return {name: value for name, value in own.items() if name not in body}


def as_json(request: RequestFile) -> dict[str, Any]:
    """Describe a request for machines, in whole."""
    return {
        "endpoint": request.endpoint,
        **({"path": request.path} if request.path else {}),
        "headers": dict(request.headers),
        **sender.as_json(request.sender),
        "body": request.body,
        "filled_in": dict(request.filled_in),
    }
