"""What `per` and `after: {distinct}` count by: fields of the request, its headers, and who sent it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from oifde_simulator.model.view import ABSENT, View
from oifde_simulator.randomness import key

CLIENT, CONNECTION = "client", "connection"
SENDERS = (CLIENT, CONNECTION)
"""Names that stand for the sender of a request, and for no field of it."""
HEADER = "headers."
"""Prefix of a header's name."""
LONGEST_VALUE = 128
"""Characters up to which a value is remembered as it is."""

Reader = Callable[[View], Any]
"""Takes the value of a request; ABSENT where it has none."""


def is_field(name: str) -> bool:
    """Check that a name is that of a field of the request."""
    return name not in SENDERS and not name.startswith(HEADER)


def reader(name: str) -> Reader:
    """Make the reader of one name."""
    if name == CLIENT:
        return _client
    if name == CONNECTION:
        return _connection
    if name.startswith(HEADER):
        return partial(_header, name.removeprefix(HEADER))
    return partial(_field, name)


def readers(names: Sequence[str]) -> tuple[Reader, ...] | None:
    """Make the readers of names; None where all are fields of the request, which need none."""
    return None if all(map(is_field, names)) else tuple(map(reader, names))


def text_of(value: Any) -> str:
    """Write a value as the text by which it is counted; all that are no text are one of their type."""
    if not isinstance(value, str):
        return "\0absent" if value is ABSENT else f"\0{type(value).__name__}"
    # A client decides how long its values are, and many may be remembered.
    return value if len(value) <= LONGEST_VALUE else key(value).hex()


def _client(view: View) -> Any:
    return view.peer.address or ABSENT


def _connection(view: View) -> Any:
    number = view.peer.connection
    return str(number) if number else ABSENT


def _header(name: str, view: View) -> Any:
    return view.headers.get(name, ABSENT)


def _field(name: str, view: View) -> Any:
    return view.request.get(name, ABSENT)
