"""Entries as an HTTP archive (HAR 1.2), which the network panel of a browser opens.

Rule: members mean what http://www.softwareishard.com/blog/har-12-spec/ says; ours begin with `_`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from oifde_simulator import __version__
from oifde_simulator.instants import iso
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import Peer, reason
from oifde_simulator.oifde.operations import BY_NAME

HTTP = "HTTP/1.1"
NOWHERE = "unreadable.invalid"
"""Host in the URL of requests whose Host header is missing or impossible."""
HOST = re.compile(r"(?:[\w.~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?", re.ASCII)
"""Possible host. The headers show the Host header as the client sent it."""
ABSOLUTE = re.compile("(https?)://([^/?#]*)", re.IGNORECASE)
"""Scheme and authority of a target in absolute form."""


def log(shown: int, found: int, *, truncated: bool, hint: str = "") -> dict[str, Any]:
    """Render the `log` object of an archive without its entries; `hint` says why there may be none."""
    comment = f"{shown} of {found} exchanges" + ("; older ones are no longer on record" if truncated else "")
    creator = {"name": "oifde-simulator", "version": __version__}
    comment += "; without credentials" + (f"; {hint}" if hint else "")
    return {"version": "1.2", "creator": creator, "pages": [], "comment": comment}


class HarEntry(NamedTuple):
    """An entry to be rendered."""

    entry: Entry
    scheme: str
    """Scheme of the vendor's port, `http` or `https`."""

    def as_json(self) -> dict[str, Any]:
        """Render the entry as an archive has it."""
        entry = self.entry
        milliseconds = round(entry.outcome.seconds * 1000, 3)
        return {
            "startedDateTime": iso(entry.at),
            "time": milliseconds,
            "request": self._request(),
            "response": _response(entry),
            "cache": {},
            **_connection(entry.peer),
            "timings": {"send": 0, "wait": milliseconds, "receive": 0},
            "comment": "; ".join((*_rules(entry), *entry.problems, *entry.warnings, *entry.notes)),
            "_number": entry.number,
            "_tenant": entry.tenant or None,
            "_endpoint": entry.endpoint or None,
            "_rule": entry.rule or None,
            "_rules": entry.rules,
            "_faults": entry.faults,
            "_outcome": entry.outcome.how,
        }

    def _request(self) -> dict[str, Any]:
        entry, head = self.entry, self.entry.request.head
        found: dict[str, Any] = {
            "method": head.method or "(none)",
            "url": self._url(),
            "httpVersion": HTTP,
            "cookies": [],
            "headers": _pairs(head.headers),
            "queryString": _pairs(parse_qsl(_query(head.target), keep_blank_values=True)),
            "headersSize": -1,
            "bodySize": entry.request_bytes,
        }
        return found | ({"postData": _post_data(entry)} if entry.request_bytes else {})

    def _url(self) -> str:
        """Build an absolute URL; a request may name anything as its host."""
        head, scheme = self.entry.request.head, self.scheme
        host, place = _value(head.headers, "host"), head.target
        if absolute := ABSOLUTE.match(place):
            scheme, host = absolute[1], absolute[2]
            place = place[absolute.end() :]
        host = host.rpartition("@")[2]
        host = host if HOST.fullmatch(host) else NOWHERE
        return f"{scheme}://{host}{place if place[:1] == '/' else f'/{place}'}"


def _connection(peer: Peer) -> dict[str, str]:
    """Name connection and client; `serverIPAddress` is the other end, which entries do not have."""
    found = {"connection": str(peer.connection)} if peer.connection else {}
    return found | ({"_client": peer.address} if peer.address else {})


def _rules(entry: Entry) -> Iterator[str]:
    """Name the rules that spoiled the answer together; one alone is a member of its own."""
    if len(entry.rules) > 1:
        yield f"spoiled by {', '.join(entry.rules)}"


def _query(target: str) -> str:
    return target.partition("#")[0].partition("?")[2]


def _post_data(entry: Entry) -> dict[str, Any]:
    head, document, body = entry.request
    operation = BY_NAME.get(entry.endpoint)
    sent = (operation.body_of(document) if operation else document) or document
    text = orjson.dumps(sent).decode() if document else body
    kept = "written anew from its fields" if document else "the text of it" if text else "nothing"
    return {
        "mimeType": _value(head.headers, "content-type"),
        "params": [],
        "text": text,
        "comment": f"{entry.request_bytes} bytes came; kept is {kept}, without credentials and cut to size",
    }


def _response(entry: Entry) -> dict[str, Any]:
    unsent = not entry.outcome.sent and entry.outcome.how != "under way"
    status = 0 if unsent else entry.status
    found = {
        "status": status,
        "statusText": reason(status) if status else "",
        "httpVersion": HTTP,
        "cookies": [],
        "headers": [] if unsent else _pairs(entry.headers),
        "content": {"size": 0, "mimeType": ""} if unsent else _content(entry),
        "redirectURL": "" if unsent else _value(entry.headers, "location"),
        "headersSize": -1,
        "bodySize": 0 if unsent else entry.body_bytes,
    }
    return found | ({"comment": f"no answer left: {entry.outcome.how}"} if unsent else {})


def _content(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {
        "size": entry.body_bytes,
        "mimeType": _value(entry.headers, "content-type"),
        **_text(entry.body, cut=entry.cut),
    }
    if entry.cut:
        found["comment"] = f"truncated: the first {len(entry.body)} of {entry.body_bytes} bytes are on record"
    return found


def _text(body: bytes, *, cut: bool) -> dict[str, str]:
    """Render a body as text, or in base64 if it is not text."""
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError as error:
        if cut and error.end == len(body) and error.start > len(body) - 4:  # the cut split a character
            return {"text": body[: error.start].decode("utf-8")}
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _value(headers: Iterable[tuple[str, str]], name: str) -> str:
    values: Mapping[str, str] = {each.lower(): value for each, value in headers}
    return values.get(name, "")
