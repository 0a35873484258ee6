"""Scripts: everything that will happen on one connection, as a value.

A script is a tuple of actions. Each answer, honest or spoiled, becomes a script before a byte is sent;
`web.data_plane.delivery` is the one place that plays it. A script can be played when each `Send` has bytes
and no action follows a `Close` or a `Reset`.

Rule: standard library only. A function returns a new script and leaves its argument as it is. A body may be
lazy (`wire.octets`); `octets` and `materialized` alone make its bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Literal, NamedTuple

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.wire.octets import LazyOctets, Octets, is_same, stretch, whole

Part = Literal["early", "head", "body"]
"""Part of an answer that bytes belong to; `early` is an interim (1xx) answer before it."""


class Send(NamedTuple):
    """Write bytes; lazy ones are made piece by piece while they are written."""

    octets: Octets
    part: Part = "body"


@dataclass(frozen=True, slots=True)
class Wait:
    """Put all bytes so far on the wire, then let some seconds pass; 0 only parts two TCP segments."""

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
    """Join the bytes of one part. Raises TooLarge for a lazy part that memory cannot hold."""
    return whole(action.octets for action in script if isinstance(action, Send) and action.part == part)


def length(script: Script, part: Part) -> int:
    """Count the bytes of one part, without making any."""
    return sum(len(action.octets) for action in script if isinstance(action, Send) and action.part == part)


def materialized(script: Script) -> Script:
    """Put lazy octets into memory. Raises TooLarge where it cannot hold them."""
    if not any(isinstance(action, Send) and isinstance(action.octets, LazyOctets) for action in script):
        return script
    return tuple(
        Send(whole([action.octets]), action.part) if isinstance(action, Send) else action for action in script
    )


def octets_of(length: int, amount: float) -> int:
    """Count the bytes of an amount: a share of `length` if it is a float, else the bytes themselves."""
    return int(length * amount) if isinstance(amount, float) else int(amount)


def index_of(script: Script, part: Part) -> int | None:
    """Find the index of the first action that sends bytes of a part; None for a part without bytes."""
    for index, action in enumerate(script):
        if isinstance(action, Send) and action.part == part:
            return index
    return None


def leading_waits(script: Script) -> Script:
    """Return the waits before the first byte."""
    return tuple(takewhile(lambda action: isinstance(action, Wait), script))


def with_end(script: Script) -> Script:
    """End the connection after the script: keep its own end if it has one, else append a `Close`."""
    return script if script and isinstance(script[-1], Close | Reset) else (*script, Close())


def does_more(script: Script, plain: Script, *, closes: bool) -> bool:
    """Check that a script does anything else on the wire than `plain`, which only sends.

    `closes` says that the connection ends after the answer in any case. A wait of 0 counts where it parts
    two segments, and how bytes are spread over `Send`s does not count.
    """
    if script == plain:
        return False
    parted = False
    sent: list[Octets] = []
    for action in script:
        if isinstance(action, Send):
            if parted and sent and action.octets:
                return True
            sent.append(action.octets)
        elif isinstance(action, Wait):
            if action.seconds:
                return True
            parted = bool(sent)
        elif isinstance(action, Reset) or not closes:
            return True
    honest = [action.octets for action in plain if isinstance(action, Send)]
    return not is_same(sent, honest)


def truncate_body(script: Script, count: int) -> Script:
    """Keep the actions up to byte `count` of the body, without an end of the connection."""
    kept: list[Action] = []
    for action in script:
        if isinstance(action, Close | Reset):
            break
        if isinstance(action, Send) and action.part == "body":
            if count < len(action.octets):
                kept += [Send(stretch(action.octets, 0, count))] if count else []
                break
            count -= len(action.octets)
        kept.append(action)
    return tuple(kept)


def with_octets(script: Script, part: Part, new: bytes) -> Script:
    """Replace the bytes of a part; they are sent in the places and proportions of the old ones."""
    total = length(script, part)
    return tuple(_redistribute(script, part, new, total)) if total else script


def _redistribute(script: Script, part: Part, new: bytes, total: int) -> Iterator[Action]:
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
    """Replace the body, and correct Content-Length by the difference: a false one stays as false.

    A script without a body (an answer to HEAD) stays as it is.
    """
    old, said = length(script, "body"), header(script, "Content-Length")
    changed = with_octets(script, "body", new)
    if not old or said is None or not said.isdecimal():
        return changed
    return with_header(changed, "Content-Length", str(max(0, int(said) + len(new) - old)))


def header(script: Script, name: str) -> str | None:
    """Return the first value of a header of the answer; None for a header that it does not have."""
    prefix = name.lower().encode("latin-1") + b":"
    for line in octets(script, "head").split(b"\r\n")[1:]:
        if line[: len(prefix)].lower() == prefix:
            return line[len(prefix) :].strip().decode("latin-1")
    return None


def with_header(script: Script, name: str, value: str) -> Script:
    """Replace a header of the answer, or add it. Raises ValueError for a value that would split its line."""
    line = f"{name}: {value}"
    if any(character in line for character in "\r\n\0"):
        raise ValueError(f"a header cannot hold CR, LF or NUL, found {line!r}")
    return _with_lines(script, name, [line.encode("latin-1")])


def without_header(script: Script, name: str) -> Script:
    """Remove a header of the answer."""
    return _with_lines(script, name, [])


def _with_lines(script: Script, name: str, new: list[bytes]) -> Script:
    """Replace all lines of a header by `new` ones, at the place of the first, or at the end of the head."""
    prefix = name.lower().encode("latin-1") + b":"
    lines = octets(script, "head").removesuffix(b"\r\n\r\n").split(b"\r\n")
    named = [number for number, line in enumerate(lines) if line[: len(prefix)].lower() == prefix]
    place = named[0] if named else len(lines)
    kept = [line for number, line in enumerate(lines) if number > place and number not in named]
    return with_octets(script, "head", b"\r\n".join([*lines[:place], *new, *kept, b"", b""]))
