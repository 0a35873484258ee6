"""Scripts as text for people: what goes onto the wire, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oifde_simulator.text import counted
from oifde_simulator.wire.octets import Octets
from oifde_simulator.wire.script import Action, Close, Reset, Script, Send, Wait

WIDTH = 100
"""Longest line in characters."""
HEADER_LIMIT = 12
"""Most lines of a head."""
FIRST, LAST = 10, 3
"""Numbers of actions at both ends of a long script."""


def format_script(script: Script) -> Iterator[str]:
    """Write each action of a script, of a long one those at both ends."""
    if not script:
        yield "nothing: no byte is sent, and the connection stays open"
    hidden = len(script) - FIRST - LAST
    shown_first = script if hidden <= 0 else script[:FIRST]
    yield from _actions(shown_first)
    if hidden > 0:
        yield f"... {counted(hidden, 'action')} more ..."
        yield from _actions(script[-LAST:])


def _actions(actions: Iterable[Action]) -> Iterator[str]:
    for action in actions:
        match action:
            case Send(octets, "body"):
                opening = f"Send body, {counted(len(octets), 'byte')}: "
                yield opening + shorten(octets, WIDTH - 10 - len(opening))
            case Send(octets, part):
                yield f"Send {part}, {counted(len(octets), 'byte')}:"
                yield from _head(octets[:])
            case Wait(seconds):
                yield f"Wait {format_seconds(seconds)}"
            case Close():
                yield "Close"
            case Reset():
                yield "Reset"


def _head(octets: bytes) -> Iterator[str]:
    lines = [line for line in octets.split(b"\r\n") if line]
    yield from (f"  {shorten(line, WIDTH - 12)}" for line in lines[:HEADER_LIMIT])
    if len(lines) > HEADER_LIMIT:
        yield f"  and {counted(len(lines) - HEADER_LIMIT, 'line')} more"


def shorten(octets: Octets, width: int) -> str:
    """Write bytes in one line of at most `width` characters; escape unprintable characters."""
    text = octets[: 4 * width].decode("utf-8", "backslashreplace")
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return visible if len(visible) <= width and len(octets) <= 4 * width else f"{visible[: width - 3]}..."


def format_seconds(seconds: float) -> str:
    """Write seconds, or milliseconds below one."""
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"
