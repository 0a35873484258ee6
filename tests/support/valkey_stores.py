"""Connections to the tests' Valkey server, with tenants that nobody has touched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import valkey_server
from oifde_simulator.state.interface import Read
from oifde_simulator.state.valkey.provisional_client import ProvisionalStore
from oifde_simulator.state.valkey.store import Store


@asynccontextmanager
async def store(prefix: str | None = None) -> AsyncIterator[Store]:
    """Connect under a prefix, one of its own where none is given."""
    connection = ProvisionalStore(valkey_server.address(), prefix or valkey_server.prefix())
    try:
        yield connection
    finally:
        await connection.close()


async def read_untouched(connection: Store, tenant: str = "acme") -> Read:
    """Read a tenant that nobody has touched, as all are then."""
    await connection.command("HSET", connection.key("checks"), "", "1 1 0")
    return Read(tenant, 1, 1)
