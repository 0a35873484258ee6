"""Scripts: what will happen on one connection, as a value. Standard library only.

A script is a tuple of actions. Whatever goes onto the wire, honest or spoiled, is first a
script; `simulator.web.delivery` is the one place that plays it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Part = Literal["head", "body"]
"""Which part of an answer some bytes belong to."""


class Send(NamedTuple):
    """Write these bytes."""

    octets: bytes
    part: Part = "body"


@dataclass(frozen=True, slots=True)
class Wait:
    """Let this many seconds pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Close:
    """End the connection in order (FIN)."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Break the connection (RST)."""


Action = Send | Wait | Close | Reset
Script = tuple[Action, ...]
