"""How much of an answer a script sends, in words. No lazy byte is made for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from oifde_simulator.wire.octets import Octets, Stretch
from oifde_simulator.wire.script import Script, Send, length


def extent(script: Script, body: Octets, answer: str) -> str:
    """Say how much of `answer`, as it is called, a script sends; the name alone for the whole.

    `body` is that of the answer.
    """
    if not length(script, "head"):
        return f"other bytes than {answer}" if length(script, "body") else f"nothing of {answer}"
    sent = [action.octets for action in script if isinstance(action, Send) and action.part == "body"]
    if not _is_beginning(sent, body):
        return f"{answer}, with other bytes in its body"
    count = sum(map(len, sent))
    part = f"the head of {answer}, and {count:,} of {len(body):,} bytes of its body"
    return answer if count == len(body) else part


def _is_beginning(sent: Iterable[Octets], body: Octets) -> bool:
    """Check that pieces are the first bytes of a body."""
    place = 0
    for piece in sent:
        if isinstance(piece, bytes) and isinstance(body, bytes):
            if not body.startswith(piece, place):
                return False
        elif _source(piece) != (_source(body)[0], _source(body)[1] + place):
            return False
        place += len(piece)
    return place <= len(body)


def _source(octets: Octets) -> tuple[Any, int]:
    """Find the octets of which some are a stretch, and where in them it begins."""
    return (octets.source, octets.first) if isinstance(octets, Stretch) else (octets, 0)
