"""Credentials that no traceback with local variables shows."""

from __future__ import annotations


class HiddenText(str):
    """A string whose value its repr does not show."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'...'"


class HiddenBytes(bytes):
    """Bytes whose value their repr does not show."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "b'...'"
