"""A store behind sentinels: the primary is found, and its successor after a failover."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oifde_simulator.state.errors import StoreGone
from sentinels import tell, watched_servers
from store_servers import PROGRAMS, Watched, connected

pytestmark = pytest.mark.slow


@pytest.fixture
def ports(unused_tcp_port_factory: Callable[[], int]) -> tuple[int, int, int]:
    return unused_tcp_port_factory(), unused_tcp_port_factory(), unused_tcp_port_factory()


@pytest.mark.parametrize("program", PROGRAMS)
async def test_after_a_failover_the_new_primary_is_used(program: str, ports: tuple[int, int, int]) -> None:
    async with watched_servers(program, ports) as watchers:
        store = await connected(f"sentinel://127.0.0.1:1,127.0.0.1:{watchers.sentinel}/main/2")
        watched = Watched(store)
        assert await store.command("SET", "test:a", "b") == b"OK"
        assert await store.command("WAIT", 1, 5000) == 1
        old = await watchers.primary()
        watchers.servers[old].kill()
        assert not (await watched.next()).is_connected
        found = await watched.found()
        assert found.is_restarted
        assert await store.command("GET", "test:a") == b"b"
        assert await store.command("SET", "test:a", "c") == b"OK"
        assert await watchers.primary() != old
        await store.close()


@pytest.mark.parametrize("program", PROGRAMS)
async def test_a_failover_of_a_living_primary_is_followed(program: str, ports: tuple[int, int, int]) -> None:
    async with watched_servers(program, ports) as watchers:
        store = await connected(f"sentinel://127.0.0.1:{watchers.sentinel}/main")
        watched = Watched(store)
        assert await tell(watchers.sentinel, "SENTINEL", "FAILOVER", "main") == b"OK"
        assert not (await watched.next()).is_connected
        await watched.found()
        assert await store.command("SET", "test:a", "b") == b"OK"
        await store.close()


@pytest.mark.parametrize("program", PROGRAMS)
async def test_a_name_that_no_sentinel_knows_is_told(program: str, ports: tuple[int, int, int]) -> None:
    async with watched_servers(program, ports) as watchers:
        with pytest.raises(StoreGone, match=r"expected the place of 'other', found no such name"):
            await connected(f"sentinel://127.0.0.1:{watchers.sentinel}/other")
        with pytest.raises(StoreGone, match=r"found a sentinel; its address begins with sentinel://"):
            await connected(f"valkey://127.0.0.1:{watchers.sentinel}")
        with pytest.raises(StoreGone, match=r"names a primary: 127\.0\.0\.1:1: "):
            await connected("sentinel://127.0.0.1:1/main")
