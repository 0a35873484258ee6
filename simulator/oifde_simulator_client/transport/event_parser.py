"""Server-sent events, read from the pieces of a body (WHATWG HTML, section 9.2). Rule: no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """An event of a stream."""

    name: str
    data: str


class EventParser:
    """A stream of events, as far as it has arrived."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []

    def feed(self, octets: bytes) -> Iterator[ServerSentEvent]:
        """Take a piece and yield the events that it completes; comments are no events."""
        *lines, self._rest = re.split(rb"\r?\n", self._rest + octets)
        for line in lines:
            if line:
                self._take(line.decode("utf-8", "replace"))
            else:
                if self._data:
                    yield ServerSentEvent(self._name or "message", "\n".join(self._data))
                self._name, self._data = "", []

    def _take(self, line: str) -> None:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
