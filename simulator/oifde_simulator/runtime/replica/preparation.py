"""Looking at the store before the server is made: is it there, is it ours, and which authority does it hold.

Rule: all that is wrong with a store at the start is one line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from oifde_simulator.config import Settings
from oifde_simulator.runtime.replica.opening import connect
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.replicas.replicas import LAPSE_MS, silence
from oifde_simulator.state.valkey.store import Store

FORMAT = "1"
"""Version of all that we keep in a store; another one is refused."""
BATCH = 500
"""Keys that are looked at, and removed, at once."""


class Preparation(NamedTuple):
    """What was found in the store."""

    authority: bytes | None
    """Private key and certificate of the authority of all replicas (PEM); None where none is shared."""


def prepare(settings: Settings, make_authority: Callable[[], bytes] | None) -> Preparation:
    """Look at the store; `make_authority` makes the authority that is put there if there is none.

    Raises ValueError with one line.
    """

    async def look() -> Preparation:
        store = await connect(settings)
        try:
            return await prepared(store, settings, make_authority)
        finally:
            await store.close()

    try:
        with ThreadPoolExecutor(1) as threads:  # who starts a server may have an event loop
            return threads.submit(lambda: asyncio.run(_told(look))).result()
    except StoreGone as gone:
        raise ValueError(f"--state: {gone}") from None


async def _told(look: Callable[[], Awaitable[Preparation]]) -> Preparation:
    return await look()


async def prepared(
    store: Store, settings: Settings, make_authority: Callable[[], bytes] | None
) -> Preparation:
    """Look at a store that is connected. Raises ValueError with one line, and StoreGone."""
    if settings.state_fresh:
        await _empty(store, settings.state_prefix)
    await _check_format(store, settings)
    if make_authority is None:
        return Preparation(None)
    return Preparation(await shared_authority(store, make_authority()))


async def shared_authority(store: Store, made: bytes) -> bytes:
    """Put an authority into the store unless there is one; the one that is there. Raises StoreGone."""
    await store.command("SET", store.key("authority"), made, "NX")
    found: bytes = await store.command("GET", store.key("authority"))
    return found


async def _check_format(store: Store, settings: Settings) -> None:
    """Check that what is under the prefix is of our format. Raises ValueError."""
    await store.command("SET", store.key("format"), FORMAT, "NX")
    found = (await store.command("GET", store.key("format"))).decode(errors="replace")
    if found != FORMAT:
        raise ValueError(
            f"--state: the keys {settings.state_prefix}* have the format {found[:20]}, expected {FORMAT}: "
            "another version of the simulator has left them; give --state-fresh to remove them, or another "
            "--state-prefix"
        )


async def _empty(store: Store, prefix: str) -> None:
    """Remove all keys of the prefix. Raises ValueError where a replica lives."""
    silent = await silence(store)
    if silent is not None:
        raise ValueError(
            f"--state-fresh: a replica lives under the prefix {prefix} (last heard of {silent / 1000:.1f} s "
            f"ago); stop it, or wait until it is silent for {LAPSE_MS // 1000} s, or give another "
            "--state-prefix"
        )
    pattern, cursor = _literal(prefix) + "*", b"0"
    while True:
        cursor, keys = await store.command("SCAN", cursor, "MATCH", pattern, "COUNT", BATCH)
        if keys:
            await store.command("UNLINK", *keys)
        if cursor == b"0":
            return


def _literal(prefix: str) -> str:
    """Write a prefix so that it stands for itself in a pattern."""
    return "".join(f"\\{each}" if each in "*?[]\\^-" else each for each in prefix)
