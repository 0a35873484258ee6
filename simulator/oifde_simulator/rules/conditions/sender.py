"""`match` on who sent a request: `client` and `connection`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from oifde_simulator.model.http import Peer
from oifde_simulator.model.view import ABSENT
from oifde_simulator.rules.conditions.networks import holds, networks

MOST_NAMED = 8
"""Networks of a list that are named in messages."""


class SenderCondition(NamedTuple):
    """Condition on one thing that is known of a sender."""

    place: str
    """Place in `match`, such as `connection.requests`."""
    read: Callable[[Peer], Any]
    """Reads it; ABSENT where it is not known."""
    accepts: Callable[[Any], bool]
    expected: str
    """What it accepts, in words."""


def client(wanted: Any) -> SenderCondition:
    """Make the condition on the address. Raises ValueError."""
    accepts = holds(networks(wanted))
    words = wanted if isinstance(wanted, str) else _listed(wanted)
    return SenderCondition("client", _address, lambda found: found is not ABSENT and accepts(found), words)


def _listed(wanted: Sequence[str]) -> str:
    """Write the networks of a list, or the first of many."""
    rest = len(wanted) - MOST_NAMED
    first = ", ".join(wanted[:MOST_NAMED])
    return f"one of {first}" + (f" and {rest} more" if rest > 0 else "")


def _address(peer: Peer) -> Any:
    return peer.address or ABSENT


def _requests(peer: Peer) -> Any:
    return peer.requests or ABSENT


READERS: Mapping[str, Callable[[Peer], Any]] = {"requests": _requests}
"""Readers of the fields of `connection`."""


def connection(given: Mapping[str, Any], compiled: Callable[[Any], Any]) -> Iterator[SenderCondition]:
    """Make the conditions on the connection; `compiled` makes those of scalars and JSON Schemas."""
    for name, wanted in given.items():
        made = compiled(wanted)
        yield SenderCondition(f"connection.{name}", READERS[name], made.accepts, str(made))
