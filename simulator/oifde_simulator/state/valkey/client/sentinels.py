"""Sentinels: they know which server is the primary now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from libvalkey import ReplyError

from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.client.address import Place
from oifde_simulator.state.valkey.client.calls import ask
from oifde_simulator.state.valkey.client.connection import Connection
from oifde_simulator.state.valkey.client.opening import AConnection, Target, dial, said, sign_in


async def reach(to: Target, make: Callable[[], AConnection]) -> AConnection:
    """Connect to the server, or to the primary that a sentinel names. Raises StoreGone."""
    if to.address.path:
        return await dial(to, None, make())
    place = await primary(to) if to.address.service else to.address.places[0]
    return await dial(to, place, make())


async def primary(to: Target) -> Place:
    """Ask the sentinels, one after the other, where the primary is. Raises StoreGone."""
    found = []
    for place in to.address.places:
        try:
            return await _ask_one(to, place)
        except (StoreGone, OSError, ValueError) as error:
            found.append(f"{place}: {error if isinstance(error, StoreGone) else said(error)}")
    raise StoreGone(f"no sentinel of {to.address} names a primary: {'; '.join(found)}")


async def _ask_one(to: Target, place: Place) -> Place:
    connection = await dial(to, place, Connection(lambda found: None))
    try:
        answer = await _ask_primary(to, connection)
        if isinstance(answer, ReplyError) and str(answer).startswith("NOAUTH"):
            await sign_in(to, connection)
            answer = await _ask_primary(to, connection)
    finally:
        connection.close()
    if not isinstance(answer, list) or len(answer) != 2:
        raise StoreGone(f"expected the place of {to.address.service!r}, found {answer or 'no such name'}")
    return Place(answer[0].decode(), int(answer[1]))


async def _ask_primary(to: Target, connection: Connection) -> Any:
    return await ask(connection, to.seconds, "SENTINEL", "get-master-addr-by-name", to.address.service)
