"""Entries as an HTTP archive (HAR 1.2), which a browser's network panel opens.

http://www.softwareishard.com/blog/har-12-spec/ says what a member means; those that begin with `_` are ours.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from oifde_simulator import __version__
from oifde_simulator.instants import iso
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import reason

HTTP = "HTTP/1.1"
NOWHERE = "unreadable.invalid"
"""The host of requests that name none, or what cannot be one."""
HOST = re.compile(r"(?:[\w.~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?", re.ASCII)
"""What is taken for one. Whatever a client sends as its Host is in the headers."""
ABSOLUTE = re.compile("(https?)://([^/?#]*)", re.IGNORECASE)


def log(shown: int, found: int, *, truncated: bool) -> dict[str, Any]:
    """The head of an archive, without its entries."""
    comment = f"{shown} of {found} exchanges" + ("; older ones are no longer on record" if truncated else "")
    creator = {"name": "oifde-simulator", "version": __version__}
    return {"version": "1.2", "creator": creator, "pages": [], "comment": f"{comment}; without credentials"}


class Source(NamedTuple):
    """An entry, and what it does not know of itself."""

    entry: Entry
    scheme: str
    """`http` or `https`: how clients reach the server."""

    def written(self) -> dict[str, Any]:
        """The entry of an archive."""
        entry = self.entry
        milliseconds = round(entry.outcome.seconds * 1000, 3)
        return {
            "startedDateTime": iso(entry.at),
            "time": milliseconds,
            "request": self._request(),
            "response": _response(entry),
            "cache": {},
            "timings": {"send": 0, "wait": milliseconds, "receive": 0},
            "comment": "; ".join((*entry.problems, *entry.warnings, *entry.notes)),
            "_number": entry.number,
            "_tenant": entry.tenant or None,
            "_endpoint": entry.endpoint or None,
            "_rule": entry.rule or None,
            "_faults": entry.faults,
            "_outcome": entry.outcome.how,
        }

    def _request(self) -> dict[str, Any]:
        entry, head = self.entry, self.entry.asked.head
        found: dict[str, Any] = {
            "method": head.method or "(none)",
            "url": self._url(),
            "httpVersion": HTTP,
            "cookies": [],
            "headers": _pairs(head.headers),
            "queryString": _pairs(parse_qsl(_query(head.target), keep_blank_values=True)),
            "headersSize": -1,
            "bodySize": entry.asked_bytes,
        }
        return found | ({"postData": _posted(entry)} if entry.asked_bytes else {})

    def _url(self) -> str:
        """Absolute, whatever came: a request may name anything as its host."""
        head, scheme = self.entry.asked.head, self.scheme
        host, place = _value(head.headers, "host"), head.target
        if absolute := ABSOLUTE.match(place):
            scheme, host = absolute[1], absolute[2]
            place = place[absolute.end() :]
        host = host.rpartition("@")[2]
        host = host if HOST.fullmatch(host) else NOWHERE
        return f"{scheme}://{host}{place if place[:1] == '/' else f'/{place}'}"


def _query(target: str) -> str:
    return target.partition("#")[0].partition("?")[2]


def _posted(entry: Entry) -> dict[str, Any]:
    asked = entry.asked
    text = orjson.dumps(asked.document).decode() if asked.document else asked.body
    kept = "written anew from its fields" if asked.document else "the text of it" if text else "nothing"
    return {
        "mimeType": _value(asked.head.headers, "content-type"),
        "params": [],
        "text": text,
        "comment": f"{entry.asked_bytes} bytes came; kept is {kept}, without credentials and cut to size",
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
    """A body as text; in base64 where it is none."""
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError as error:
        if cut and error.end == len(body) and error.start > len(body) - 4:  # the cut parted a character
            return {"text": body[: error.start].decode("utf-8")}
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _value(headers: Iterable[tuple[str, str]], name: str) -> str:
    values: Mapping[str, str] = {each.lower(): value for each, value in headers}
    return values.get(name, "")
