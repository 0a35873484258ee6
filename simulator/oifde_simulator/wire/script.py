"""Scripts: what will happen on one connection, as a value. Standard library only.

A script is a tuple of actions. Whatever goes onto the wire, honest or spoiled, is first a
script; `web.data_plane.delivery` is the one place that plays it. A script can be played when its
`Send`s have bytes and nothing comes after a `Close` or a `Reset`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal, NamedTuple

Part = Literal["early", "head", "body"]
"""Which part of an answer some bytes belong to; `early` is an interim (1xx) answer before it."""


class Send(NamedTuple):
    """Write these bytes."""

    octets: bytes
    part: Part = "body"


@dataclass(frozen=True, slots=True)
class Wait:
    """Let this many seconds pass; what was sent so far is on the wire. 0 only parts two segments."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Close:
    """End the connection in order (FIN)."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Break the connection (RST)."""


Action = Send | Wait | Close | Reset
Script = tuple[Action, ...]


def octets(script: Script, part: Part) -> bytes:
    """The bytes of one part."""
    return b"".join(action.octets for action in script if isinstance(action, Send) and action.part == part)


def place(script: Script, part: Part) -> int | None:
    """Where the first bytes of a part are sent; None where none are."""
    for index, action in enumerate(script):
        if isinstance(action, Send) and action.part == part:
            return index
    return None


def opening(script: Script) -> Script:
    """The waits before anything is sent."""
    return tuple(takewhile(lambda action: isinstance(action, Wait), script))


def ended(script: Script) -> Script:
    """The script with an end to its connection: its own if it has one, else a `Close`."""
    return script if script and isinstance(script[-1], Close | Reset) else (*script, Close())


def shortened(script: Script, count: int) -> Script:
    """What happens until `count` bytes of the body are sent, without an end."""
    kept: list[Action] = []
    for action in script:
        if isinstance(action, Close | Reset):
            break
        if isinstance(action, Send) and action.part == "body":
            if count < len(action.octets):
                kept += [Send(action.octets[:count])] if count else []
                break
            count -= len(action.octets)
        kept.append(action)
    return tuple(kept)


def with_octets(script: Script, part: Part, new: bytes) -> Script:
    """The script with a part's bytes replaced, sent at the places and in the shares of the old ones."""
    total = len(octets(script, part))
    return tuple(_spread(script, part, new, total)) if total else script


def _spread(script: Script, part: Part, new: bytes, total: int) -> Iterator[Action]:
    passed = start = 0
    for action in script:
        if not (isinstance(action, Send) and action.part == part):
            yield action
            continue
        passed += len(action.octets)
        stop = len(new) * passed // total
        if stop > start:
            yield Send(new[start:stop], part)
        start = stop


def with_body(script: Script, new: bytes) -> Script:
    """The script with another body, and a Content-Length that is as true, or as false, as before.

    Where nothing is sent as body (an answer to HEAD) nothing changes.
    """
    old, length = len(octets(script, "body")), header(script, "Content-Length")
    changed = with_octets(script, "body", new)
    if not old or length is None or not length.isdecimal():
        return changed
    return with_header(changed, "Content-Length", str(max(0, int(length) + len(new) - old)))


def header(script: Script, name: str) -> str | None:
    """The first value of a header of the answer; None where it has none."""
    prefix = name.lower().encode("latin-1") + b":"
    for line in octets(script, "head").split(b"\r\n")[1:]:
        if line[: len(prefix)].lower() == prefix:
            return line[len(prefix) :].strip().decode("latin-1")
    return None


def with_header(script: Script, name: str, value: str) -> Script:
    """The script with one such header in its head; ValueError for what would split its line."""
    line = f"{name}: {value}"
    if any(character in line for character in "\r\n\0"):
        raise ValueError(f"a header cannot hold CR, LF or NUL, found {line!r}")
    return _with_lines(script, name, [line.encode("latin-1")])


def without_header(script: Script, name: str) -> Script:
    """The script without any such header in its head."""
    return _with_lines(script, name, [])


def _with_lines(script: Script, name: str, fresh: list[bytes]) -> Script:
    """The script with `fresh` lines where its head has the first of `name`, or at the head's end."""
    prefix = name.lower().encode("latin-1") + b":"
    lines = octets(script, "head").removesuffix(b"\r\n\r\n").split(b"\r\n")
    named = [number for number, line in enumerate(lines) if line[: len(prefix)].lower() == prefix]
    here = named[0] if named else len(lines)
    kept = [line for number, line in enumerate(lines) if number > here and number not in named]
    return with_octets(script, "head", b"\r\n".join([*lines[:here], *fresh, *kept, b"", b""]))
