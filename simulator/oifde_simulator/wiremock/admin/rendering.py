"""Entries as WireMock shows them: logged requests and serve events, from what the journal keeps."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from multidict import CIMultiDict

from oifde_simulator.instants import iso
from oifde_simulator.model.entry import Entry
from oifde_simulator.wiremock.admin import ids, stubs
from oifde_simulator.wiremock.patterns.values import Seen, clean


def logged(entry: Entry, scheme: str) -> dict[str, Any]:
    """A LoggedRequest. The journal keeps no client's address, no cookies and no form."""
    seen = Seen.of(entry)
    host, port = _authority(seen.headers.get("Host", ""), scheme)
    body = seen.body.text or ""
    return {
        "url": seen.url,
        "absoluteUrl": f"{scheme}://{seen.headers.get('Host') or 'localhost'}{seen.url}",
        "method": seen.method,
        "headers": _headers(seen.headers),
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
        "queryParams": {name: {"key": name, "values": values} for name, values in seen.query.items()},
        "formParams": {},
    }


def event(entry: Entry, scheme: str) -> dict[str, Any]:
    """A ServeEvent: the request, what was decided to send, and the stub that stands for who did."""
    text = entry.body.decode("utf-8", "replace")
    milliseconds = round(entry.outcome.seconds * 1000)
    headers = CIMultiDict((clean(name), clean(value)) for name, value in entry.headers)
    return {
        "id": str(ids.of_entry(entry.number)),
        "request": logged(entry, scheme),
        "responseDefinition": {"status": entry.status, "fromConfiguredStub": matched(entry)},
        "response": {
            "status": entry.status,
            "headers": _headers(headers),
            "body": text,
            "bodyAsBase64": base64.b64encode(entry.body).decode(),
        },
        "wasMatched": matched(entry),
        "timing": {
            "addedDelay": 0,
            "processTime": 0,
            "responseSendTime": milliseconds,
            "serveTime": milliseconds,
            "totalTime": milliseconds,
        },
        "stubMapping": _stub(entry),
    }


def matched(entry: Entry) -> bool:
    """Whether an endpoint of a known tenant took the request, whatever it answered."""
    return bool(entry.tenant and entry.endpoint)


def _stub(entry: Entry) -> Mapping[str, Any]:
    """Who answered; what the simulator noticed is in its metadata, which every client leaves alone."""
    known = matched(entry)
    mapping = stubs.mapping(entry.tenant, entry.endpoint) if known else dict(stubs.NOBODY)
    rule = {"rule": entry.rule, "faults": list(entry.faults)} if entry.rule else {}
    said = [*entry.problems, *entry.warnings, *entry.notes]
    told = {"number": entry.number, **rule} | ({"noticed": said} if said else {})
    mapping["metadata"] = mapping.get("metadata", {}) | told
    return mapping


def _headers(headers: CIMultiDict[str]) -> dict[str, str | list[str]]:
    values = {str(name): headers.getall(name) for name in dict.fromkeys(headers)}
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _authority(host: str, scheme: str) -> tuple[str, int]:
    name, colon, port = host.rpartition(":")
    if colon and port.isascii() and port.isdecimal() and len(port) <= 5:
        return name, int(port)
    return host or "localhost", 443 if scheme == "https" else 80
