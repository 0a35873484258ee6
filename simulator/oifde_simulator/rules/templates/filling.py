"""Values in the place of placeholders: taken from one exchange, filtered, and bounded.

Rule: what is written in all is bounded by `LARGEST`, and each value is looked at in time of its length. A
value that is not there is written as nothing, and noted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import orjson

from oifde_simulator.model.insertion import Insertion
from oifde_simulator.model.view import ABSENT
from oifde_simulator.rules.action import ActionContext, NotApplicable
from oifde_simulator.rules.copies import json_length, utf8_length
from oifde_simulator.rules.templates.syntax import Placeholder

LARGEST = 64 << 20
"""Bytes of the longest answer that placeholders may make."""
TOO_LONG = f"the answer would be longer than {LARGEST >> 20} MiB"
NOT_IN_A_HEADER = re.compile(r"[^\t\x20-\x7e]")
LONGEST_HEADER = 8 << 10
"""Characters of a header's value that placeholders are in."""


class Filler:
    """Finds the values of placeholders in one exchange."""

    def __init__(
        self, context: ActionContext, action: str, measure: Callable[[str], int] = json_length
    ) -> None:
        """`action` is the key in whose value the placeholders stand, for notes.

        `measure` counts the bytes that are sent of a text.
        """
        self._context = context
        self._action = action
        self._measure = measure
        self._left = LARGEST

    def value(self, placeholder: Placeholder) -> Any:
        """Find a value of any JSON type; None for one that is missing."""
        return self._value(placeholder, inside=False)

    def _value(self, placeholder: Placeholder, *, inside: bool) -> Any:
        """Find a value; `inside` is true where it becomes a part of a text."""
        found = self._found(placeholder)
        found = _sendable(found) if isinstance(found, str) else found
        try:
            value = self._filtered(placeholder, found)
            self._record(placeholder, found, value, inside=inside)
        except TypeError:
            raise self.refuse(f"{placeholder.written} is a value that no answer can hold") from None
        return None if value is ABSENT else value

    def _filtered(self, placeholder: Placeholder, value: Any) -> Any:
        for name, argument in placeholder.filters:
            value = FILTERS[name](value, argument)
            if isinstance(value, str) and len(value) > self._left:  # `json` may double it each time
                raise self.refuse(TOO_LONG)
        if value is ABSENT:
            self._note(f"{placeholder.written} is missing, so nothing stands there")
        return value

    def text(self, placeholder: Placeholder) -> str:
        """Find a value as text; empty for one that is missing."""
        return _text(self._value(placeholder, inside=True))

    def header_text(self, placeholder: Placeholder) -> str:
        """Find a value as text of a header: what no header can hold is percent-encoded."""
        text = self.text(placeholder)[: LONGEST_HEADER + 1]
        encoded = NOT_IN_A_HEADER.sub(lambda each: quote(each[0]), text)
        inserted = self._context.inserted
        inserted[-1] = inserted[-1]._replace(text=encoded)  # a credential is looked for as it is sent
        return encoded

    def refuse(self, why: str) -> NotApplicable:
        """Make the error of an answer that cannot be made."""
        return NotApplicable(f"{self._action}: {why}")

    def _found(self, placeholder: Placeholder) -> Any:
        context = self._context
        match placeholder.part:
            case "":
                return placeholder.name
            case "now":
                return context.now
            case "count":
                return context.count
            case "response" if placeholder.name == "status":
                return context.honest.response.status
        return self._fields(placeholder.part).get(placeholder.name, ABSENT)

    def _fields(self, part: str) -> Mapping[str, Any]:
        context = self._context
        if part == "response":
            return context.honest.fields
        return context.document if part == "request" else context.headers

    def _record(self, placeholder: Placeholder, found: Any, value: Any, *, inside: bool) -> None:
        """Remember what is written, and stop where it is too much."""
        missing = value is ABSENT
        text = "" if missing else _text(value)
        raw = "" if found is ABSENT else text if found is value else _text(found)
        self._left -= (self._measure if inside or isinstance(value, str) else utf8_length)(text)
        if self._left < 0:
            raise self.refuse(TOO_LONG)
        part = placeholder.part if placeholder.part in ("request", "headers", "response") else ""
        name = placeholder.name if part else ""
        self._context.inserted.append(Insertion(placeholder.written, part, name, raw, text, missing))

    def _note(self, why: str) -> None:
        note = f"{self._action}: {why}"
        if note not in self._context.notes:
            self._context.notes.append(note)


def _sendable(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 has."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _text(value: Any) -> str:
    """Write a value as text: a text as it is, nothing for null, else JSON. Raises TypeError."""
    if isinstance(value, str):
        return value
    return "" if value is None else orjson.dumps(value).decode()


def _default(value: Any, argument: Any) -> Any:
    return argument if value is ABSENT or value is None or value == "" else value


def _upper(value: Any, _argument: Any) -> Any:
    return value if value is ABSENT or value is None else _text(value).upper()


def _json(value: Any, _argument: Any) -> Any:
    return orjson.dumps(None if value is ABSENT else value).decode()


FILTERS: Mapping[str, Callable[[Any, Any], Any]] = {"default": _default, "upper": _upper, "json": _json}
"""Filters by name: from a value, which may be ABSENT, and an argument to a value."""
