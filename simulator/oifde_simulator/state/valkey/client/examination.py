"""The check that a server can hold the state."""

from __future__ import annotations

from collections.abc import Mapping

from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.client.calls import ask
from oifde_simulator.state.valkey.client.connection import Connection
from oifde_simulator.state.valkey.client.opening import Target, accept

OLDEST = (7, 0)
"""Version of Redis whose commands the scripts use; Valkey tells the one that it stands for."""


async def examine(to: Target, connection: Connection) -> str:
    """Check that the server can hold the state; its run ID, another one after each start.

    Raises StoreGone with one line where it cannot, and ConnectionError.
    """
    found = parse_info(accept(to, await ask(connection, to.seconds, "INFO")))
    if found.get("loading") == "1":
        raise StoreGone(f"no store at {to.address}: it still reads its data from disk")
    if why := unfit(found):
        raise StoreGone(f"the store at {to.address} cannot be used: {why}")
    return found.get("run_id", "")


def parse_info(reply: object) -> dict[str, str]:
    """Read the reply of INFO; empty where it is none."""
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else ""
    return {name: value for name, _, value in (line.partition(":") for line in text.splitlines()) if value}


def unfit(found: Mapping[str, str]) -> str:
    """Say why a server with these lines of INFO cannot hold the state; empty where it can."""
    version = found.get("redis_version", "none")
    if tuple(int(part) for part in version.split(".")[:2] if part.isdecimal()) < OLDEST:
        return f"expected Valkey, or Redis 7.0 or newer, found version {version}"
    if found.get("redis_mode", found.get("server_mode")) == "sentinel":
        return "expected a server, found a sentinel; its address begins with sentinel:// and names the server"
    if found.get("cluster_enabled") == "1":
        return (
            "expected one server, found a cluster: global numbers and bounds need keys of several slots, "
            "which no script of a cluster may touch together; use a server with cluster-enabled no"
        )
    if found.get("role") == "slave":
        return (
            f"expected a primary, found a replica of {found.get('master_host')}:{found.get('master_port')}; "
            "give the address of the primary, or of its sentinels (sentinel://)"
        )
    return ""
