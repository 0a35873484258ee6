"""A request as patterns see it, from the entry of the journal.

The journal keeps fields, not bytes. A JSON body therefore has two spellings, in which nearly all clients
write it: compact, and with one space after each comma and colon.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote_plus

import orjson
from multidict import CIMultiDict

from oifde_simulator.model.entry import Entry
from oifde_simulator.oifde.operations import BY_NAME

MISSING: Any = object()
"""JSON value of a text that is no JSON."""


class RequestValue:
    """One text of a request and its JSON value."""

    def __init__(self, text: str | None, parsed: Any = MISSING) -> None:
        """`text` is None for an absent value; `parsed` is its JSON value if that is known already."""
        self.text = text
        self._parsed = parsed

    @cached_property
    def json(self) -> Any:
        """JSON value of the text; MISSING if it is no JSON."""
        return parse_json(self.text) if self._parsed is MISSING and self.text else self._parsed

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """Texts that the client may have written."""
        if self.text is None:
            return ()
        nested = isinstance(self._parsed, dict | list)
        return (self.text, compact_json(self._parsed), spaced_json(self._parsed)) if nested else (self.text,)


ABSENT = RequestValue(None)


class LoggedRequest:
    """One request."""

    def __init__(
        self, method: str, target: str, headers: Iterable[tuple[str, str]], body: RequestValue
    ) -> None:
        self.method = method
        self.url = _relative(encodable(target))
        self.path, _, self._query = self.url.partition("?")
        self.body = body
        self._headers = headers

    @classmethod
    def of(cls, entry: Entry) -> LoggedRequest:
        """Build the request of an entry."""
        head, fields, text = entry.request
        operation = BY_NAME.get(entry.endpoint)
        sent = (operation.body_of(fields) if operation else fields) or fields
        body = RequestValue(compact_json(sent), sent) if sent else RequestValue(text or None)
        return cls(head.method, head.target, head.headers, body)

    @cached_property
    def headers(self) -> CIMultiDict[str]:
        """Headers as the journal keeps them."""
        return CIMultiDict((encodable(name), encodable(value)) for name, value in self._headers)

    @cached_property
    def query(self) -> Mapping[str, list[str]]:
        """Parameters of the URL; values are decoded and names are not, as in WireMock's `Urls.splitQuery`."""
        found: dict[str, list[str]] = {}
        for pair in filter(None, self._query.split("&")):
            name, _, value = pair.partition("=")
            found.setdefault(name, []).append(unquote_plus(value))
        return found


def _relative(target: str) -> str:
    """Cut the scheme and the host from a target in absolute form."""
    if target.startswith("/"):
        return target
    _, slash, rest = target.partition("://")[2].partition("/")
    return slash + rest or target


def encodable(text: str) -> str:
    """Replace bytes that are not UTF-8, so that the text can be encoded."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def parse_json(text: str) -> Any:
    """Parse a text as JSON; MISSING if it is none."""
    try:
        return orjson.loads(text)
    except ValueError:
        return MISSING


def compact_json(value: Any) -> str:
    """Write a value as JSON without spaces."""
    return orjson.dumps(value).decode()


def spaced_json(value: Any) -> str:
    """Write a value as JSON with a space after each comma and colon."""
    return json.dumps(value, ensure_ascii=False)
