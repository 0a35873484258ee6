"""A primary, its replica and the sentinel that watches both, on ports of this machine."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from oifde_simulator.state.valkey.client.address import Address, Place
from oifde_simulator.state.valkey.client.calls import ask
from oifde_simulator.state.valkey.client.connection import Connection
from oifde_simulator.state.valkey.client.opening import Target, dial
from store_servers import StoreServer, store_server

CONFIGURATION = """
port {sentinel}
sentinel monitor main 127.0.0.1 {primary} 1
sentinel down-after-milliseconds main 300
sentinel failover-timeout main 3000
"""


class Watchers:
    """The servers by their ports, and the sentinel's port."""

    def __init__(self, sentinel: int, servers: dict[int, StoreServer]) -> None:
        self.sentinel = sentinel
        self.servers = servers

    async def primary(self) -> int:
        """Ask the sentinel for the primary's port."""
        return int((await tell(self.sentinel, "SENTINEL", "get-master-addr-by-name", "main"))[1])


async def tell(port: int, *words: str) -> Any:
    """Ask a server once."""
    to = Target(Address("valkey", (Place("127.0.0.1", port),)), 5.0, None)
    connection = await dial(to, to.address.places[0], Connection(lambda found: None))
    reply = await ask(connection, 5.0, *words)
    connection.close()
    return reply


async def until(port: int, words: tuple[str, ...], expected: bytes) -> None:
    """Ask a server until its reply holds these bytes."""
    async with asyncio.timeout(30):
        while expected not in _flat(await tell(port, *words)):
            pass


def _flat(reply: Any) -> bytes:
    return b" ".join(map(_flat, reply)) if isinstance(reply, list) else bytes(reply)


@asynccontextmanager
async def watched_servers(program: str, ports: tuple[int, int, int]) -> AsyncIterator[Watchers]:
    """Run a primary, a replica and a sentinel on these ports until the end of the block."""
    primary, replica, sentinel = ports
    with ExitStack() as running:
        first = running.enter_context(store_server(program, "--port", str(primary)))
        second = running.enter_context(
            store_server(program, "--port", str(replica), "--replicaof", "127.0.0.1", str(primary))
        )
        await until(replica, ("INFO", "replication"), b"master_link_status:up")
        running.enter_context(_sentinel(program, primary, sentinel))
        await until(sentinel, ("SENTINEL", "replicas", "main"), b"master-link-status ok")
        yield Watchers(sentinel, {primary: first, replica: second})


def _sentinel(program: str, primary: int, port: int) -> ExitStack:
    running = ExitStack()
    folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="sentinel-")))
    configuration = folder / "sentinel.conf"
    configuration.write_text(CONFIGURATION.format(sentinel=port, primary=primary))
    words = [program, str(configuration), "--sentinel"]
    started = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder)
    assert started.stdout
    running.callback(started.stdout.close)
    running.callback(started.wait)
    running.callback(started.kill)
    assert any(b"Sentinel ID" in line for line in started.stdout)
    return running
