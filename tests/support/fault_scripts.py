"""Scripts that tests of faults spoil, and what tests ask of a script."""

from __future__ import annotations

from math import isfinite
from typing import Any

from oifde_simulator.faults import FaultContext, apply, build
from oifde_simulator.model.http import JSON_UTF8, Request, Response
from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.wire.script import Close, Part, Reset, Script, Send, Wait, header

PARTS: tuple[Part, ...] = ("early", "head", "body")
BODY = b'{"errorCode":0,"errorMsg":"Success","total":2,"recordList":[]}'
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nServer: oifde-simulator\r\n"
    b"Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: %d\r\n\r\n" % len(BODY)
)
WHOLE = (Send(HEAD, "head"), Send(BODY, "body"))
BODILESS = (Send(HEAD, "head"),)
EMPTY = (Send(HEAD.replace(b"Length: %d" % len(BODY), b"Length: 0"), "head"),)


def answer(body: bytes = BODY, *, method: str = "POST", status: int = 200, keep_alive: bool = True) -> Script:
    """Write the script of an honest answer."""
    request = Request(method, "/", {}, keep_alive=keep_alive)
    return Response(status, body, JSON_UTF8).script(request, 0)


def context(seed: object = "s", elapsed: float = 0.0) -> FaultContext:
    """Make the context of one request."""
    return FaultContext(KeyedRandom(key(seed)), elapsed)


def spoiled(*items: Any, script: Script = WHOLE, elapsed: float = 0.0, seed: object = "s") -> Script:
    """Apply faults, written as a scenario writes them."""
    return apply(script, [build(item) for item in items], context(seed, elapsed))


def sent(script: Script) -> bytes:
    """Join all bytes of a script."""
    return b"".join(action.octets for action in script if isinstance(action, Send))


def waits(script: Script) -> list[float]:
    """List the seconds of all waits."""
    return [action.seconds for action in script if isinstance(action, Wait)]


def end(script: Script) -> Close | Reset | None:
    """Return the end of the connection; None where it stays open."""
    return script[-1] if script and isinstance(script[-1], Close | Reset) else None


def content_length(script: Script) -> int:
    """Read Content-Length; -1 for a head without it."""
    return int(header(script, "Content-Length") or -1)


def playable(script: Script) -> bool:
    """Check that a delivery can play a script: see `oifde_simulator.wire.script`."""
    sends = [action for action in script if isinstance(action, Send)]
    order = [PARTS.index(action.part) for action in sends]
    return (
        all(action.octets for action in sends)
        and order == sorted(order)
        and all(isfinite(seconds) and seconds >= 0 for seconds in waits(script))
        and not any(isinstance(action, Close | Reset) for action in script[:-1])
    )
