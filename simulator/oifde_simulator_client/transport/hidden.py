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


def hidden(token: str | None) -> HiddenText | None:
    """Drop white space around a token and hide it from tracebacks; None for none."""
    return HiddenText(token.strip()) if token and not token.isspace() else None
