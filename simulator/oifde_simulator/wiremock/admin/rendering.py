"""Entries of the journal as WireMock's logged requests and serve events."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from multidict import CIMultiDict

from oifde_simulator.instants import iso
from oifde_simulator.model.entry import Entry
from oifde_simulator.wiremock.admin import ids, stubs
from oifde_simulator.wiremock.patterns.logged_request import LoggedRequest, encodable


def logged_request(entry: Entry, scheme: str) -> dict[str, Any]:
    """Render a LoggedRequest; the journal keeps no client address, no cookies and no form."""
    request = LoggedRequest.of(entry)
    host, port = _host_and_port(request.headers.get("Host", ""), scheme)
    body = request.body.text or ""
    return {
        "url": request.url,
        "absoluteUrl": f"{scheme}://{request.headers.get('Host') or 'localhost'}{request.url}",
        "method": request.method,
        "headers": _headers(request.headers),
        "cookies": {},
        "browserProxyRequest": False,
        "loggedDate": entry.at,
        "loggedDateString": iso(entry.at),
        "body": body,
        "bodyAsBase64": base64.b64encode(body.encode()).decode(),
        "protocol": "HTTP/1.1",
        "scheme": scheme,
        "host": host,
        "port": port,
        "queryParams": {name: {"key": name, "values": values} for name, values in request.query.items()},
        "formParams": {},
    }


def serve_event(entry: Entry, scheme: str) -> dict[str, Any]:
    """Render a ServeEvent: the request, the answer as decided, and the stub of the endpoint."""
    text = entry.body.decode("utf-8", "replace")
    milliseconds = round(entry.outcome.seconds * 1000)
    headers = CIMultiDict((encodable(name), encodable(value)) for name, value in entry.headers)
    return {
        "id": str(ids.entry_id(entry.number)),
        "request": logged_request(entry, scheme),
        "responseDefinition": {"status": entry.status, "fromConfiguredStub": was_matched(entry)},
        "response": {
            "status": entry.status,
            "headers": _headers(headers),
            "body": text,
            "bodyAsBase64": base64.b64encode(entry.body).decode(),
        },
        "wasMatched": was_matched(entry),
        "timing": {
            "addedDelay": 0,
            "processTime": 0,
            "responseSendTime": milliseconds,
            "serveTime": milliseconds,
            "totalTime": milliseconds,
        },
        "stubMapping": _stub(entry),
    }


def was_matched(entry: Entry) -> bool:
    """Check that an endpoint answered the request, of a known tenant if it has one, whatever the answer."""
    return stubs.is_answered(entry.tenant, entry.endpoint)


def _stub(entry: Entry) -> Mapping[str, Any]:
    """Render the stub of the endpoint, with problems, warnings and notes in its metadata."""
    known = was_matched(entry)
    mapping = stubs.stub_mapping(entry.tenant, entry.endpoint) if known else dict(stubs.NO_STUB)
    rule = {"rule": entry.rule, "rules": entry.rules, "faults": list(entry.faults)} if entry.rule else {}
    noticed = [*entry.problems, *entry.warnings, *entry.notes]
    metadata = {"number": entry.number, **rule} | ({"noticed": noticed} if noticed else {})
    mapping["metadata"] = mapping.get("metadata", {}) | metadata
    return mapping


def _headers(headers: CIMultiDict[str]) -> dict[str, str | list[str]]:
    values = {str(name): headers.getall(name) for name in dict.fromkeys(headers)}
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _host_and_port(host: str, scheme: str) -> tuple[str, int]:
    name, colon, port = host.rpartition(":")
    if colon and port.isascii() and port.isdecimal() and len(port) <= 5:
        return name, int(port)
    return host or "localhost", 443 if scheme == "https" else 80
