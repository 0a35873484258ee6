"""The entry: from an address to a store that is connected.

Rule: nothing else of this room is imported before the state is chosen, and the client library only here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from oifde_simulator.state.valkey.client.address import parse_address

if TYPE_CHECKING:
    from oifde_simulator.state.valkey.client.store import ValkeyStore

DEADLINE = 5.0
"""Seconds within which each call must be answered."""


async def connect(
    url: str,
    prefix: str = "oifde:",
    *,
    deadline: float = DEADLINE,
    environment: Mapping[str, str] = os.environ,
) -> ValkeyStore:
    """Connect to the server of an address; user and password may stand in the environment.

    Raises ValueError for a wrong address or a missing package, StoreGone where no fit server answers.
    """
    address = parse_address(url, environment)
    try:
        from oifde_simulator.state.valkey.client.opening import target
        from oifde_simulator.state.valkey.client.store import ValkeyStore
    except ModuleNotFoundError as error:
        if error.name != "libvalkey":
            raise
        raise ValueError(MISSING) from error
    store = ValkeyStore(target(address, deadline), prefix)
    await store.open()
    return store


MISSING = (
    "a state in Valkey or Redis needs the package libvalkey, which is not installed; "
    "run pip install 'oifde-simulator[valkey]'"
)
