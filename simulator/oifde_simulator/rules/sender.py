"""`match` on who sent a request: `client` and `connection`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from oifde_simulator.model.http import Peer
from oifde_simulator.model.view import ABSENT
from oifde_simulator.rules.networks import holds, networks


class Condition(NamedTuple):
    """Condition on one thing that is known of a sender."""

    place: str
    """Place in `match`, such as `connection.requests`."""
    read: Callable[[Peer], Any]
    """Reads it; ABSENT where it is not known."""
    accepts: Callable[[Any], bool]
    expected: str
    """What it accepts, in words."""


def client(wanted: Any) -> Condition:
    """Make the condition on the address. Raises ValueError."""
    accepts = holds(networks(wanted))
    listed = wanted if isinstance(wanted, str) else f"one of {', '.join(wanted)}"
    return Condition("client", _address, lambda found: found is not ABSENT and accepts(found), listed)


def _address(peer: Peer) -> Any:
    return peer.address or ABSENT


def _requests(peer: Peer) -> Any:
    return peer.requests or ABSENT


READERS: Mapping[str, Callable[[Peer], Any]] = {"requests": _requests}
"""Readers of the fields of `connection`."""


def connection(given: Mapping[str, Any], compile_condition: Callable[[Any], Any]) -> Iterator[Condition]:
    """Make the conditions on the connection; `compile_condition` makes those of scalars and JSON Schemas."""
    for name, wanted in given.items():
        made = compile_condition(wanted)
        yield Condition(f"connection.{name}", READERS[name], made.accepts, str(made))
