"""What servers refuse: each refusal is one line with the server's words and what to do."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator

import pytest

from oifde_simulator.state.errors import CommandRefused, StoreFull, StoreGone
from oifde_simulator.state.valkey.client.examination import parse_info, unfit
from oifde_simulator.state.valkey.client.refusals import ADVICE, refusal
from store_servers import PROGRAMS, StoreServer, Watched, connected, store_server
from tcp_proxy import proxy


@pytest.fixture(scope="module", params=PROGRAMS)
def server(request: pytest.FixtureRequest) -> Iterator[StoreServer]:
    with store_server(request.param, "--requirepass", "sesame", "--busy-reply-threshold", "50") as running:
        yield running


@pytest.fixture
def url(server: StoreServer) -> str:
    return f"unix://:sesame@{server.path}"


async def test_a_password_signs_in(url: str) -> None:
    store = await connected(url)
    assert await store.command("PING") == b"PONG"
    await store.close()


async def test_a_user_signs_in_by_the_environment(server: StoreServer, url: str) -> None:
    store = await connected(url)
    await store.command("ACL", "SETUSER", "ann", "on", ">open", "~*", "&*", "+@all")
    signs = {"OIFDE_SIMULATOR_STATE_USER": "ann", "OIFDE_SIMULATOR_STATE_PASSWORD": "open"}
    other = await connected(server.url, environment=signs)
    assert await other.command("ACL", "WHOAMI") == b"ann"
    await other.close()
    await store.close()


@pytest.mark.parametrize(
    ("signs", "words"),
    [
        ("", "NOAUTH"),
        (":wrong-word@", "WRONGPASS"),
        ("ann-of-nowhere:wrong-word@", "WRONGPASS"),
    ],
)
async def test_a_wrong_password_is_refused_and_not_shown(server: StoreServer, signs: str, words: str) -> None:
    with pytest.raises(StoreGone, match=f"{words} .*OIFDE_SIMULATOR_STATE_PASSWORD") as refused:
        await connected(f"unix://{signs}{server.path}")
    assert "wrong-word" not in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_a_full_store_says_so_and_goes_on_when_there_is_room(url: str) -> None:
    store = await connected(url)
    await store.command("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(StoreFull, match=r"is full: OOM .*; raise maxmemory"):
        await store.command("SET", "test:a", "b")
    assert store.is_connected
    await store.command("CONFIG", "SET", "maxmemory", "0")
    assert await store.command("SET", "test:a", "b") == b"OK"
    await store.close()


async def test_a_store_that_became_a_replica_is_left_until_it_is_a_primary_again(url: str) -> None:
    store, other = await connected(url), await connected(url)
    watched = Watched(store)
    await other.command("REPLICAOF", "127.0.0.1", "1")
    with pytest.raises(StoreGone, match=r"READONLY|MASTERDOWN"):
        await store.command("SET", "test:a", "b")
    assert not (await watched.next()).is_connected
    with pytest.raises(StoreGone, match=r"found a replica of 127\.0\.0\.1:1"):
        await connected(url)
    await other.command("REPLICAOF", "NO", "ONE")
    await watched.found()
    assert await store.command("SET", "test:a", "b") == b"OK"
    await store.close()
    await other.close()


async def test_a_script_that_runs_too_long_is_told_and_ended_by_its_deadline(url: str) -> None:
    store, other = await connected(url, deadline=1.0), await connected(url)
    endless = asyncio.ensure_future(store.command("EVAL", "while true do end", 0))
    await asyncio.sleep(0)
    while True:
        try:
            await other.command("PING")
        except StoreGone as busy:
            assert "BUSY" in str(busy)
            assert "SCRIPT KILL" in str(busy)
            break
    await other.command("SCRIPT", "KILL")
    with pytest.raises(CommandRefused, match="killed"):
        await endless
    await store.close()
    await other.close()


@pytest.mark.parametrize("program", PROGRAMS)
async def test_a_cluster_is_refused_and_told_why(program: str) -> None:
    with (
        store_server(program, "--cluster-enabled", "yes") as server,
        pytest.raises(StoreGone, match="found a cluster: global numbers and bounds need keys of several"),
    ):
        await connected(server.url)


async def test_no_server_at_a_path_is_told() -> None:
    with pytest.raises(StoreGone, match=r"no store at unix:///nowhere/store.sock\?db=0: No such file"):
        await connected("unix:///nowhere/store.sock")


async def test_no_server_at_a_port_is_told(server: StoreServer) -> None:
    async with proxy(server.path) as between:
        await between.refuse()
        with pytest.raises(
            StoreGone, match=rf"no store at valkey://127.0.0.1:{between.port}/0: .*refused|fail"
        ):
            await connected(f"valkey://127.0.0.1:{between.port}")


async def test_a_name_that_cannot_be_one_is_told() -> None:
    with pytest.raises(StoreGone, match=r"no store at valkey://a\.\.b:6379/0"):
        await connected("valkey://a..b")


async def test_a_server_that_never_answers_is_told(server: StoreServer) -> None:
    async with proxy(server.path) as between:
        between.hold()
        with pytest.raises(StoreGone, match="no reply came within the deadline"):
            await connected(f"valkey://127.0.0.1:{between.port}", deadline=0.2)


@pytest.fixture
async def web_server() -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as serving:
        yield serving.sockets[0].getsockname()[1]


async def test_a_server_of_another_kind_is_told(web_server: int) -> None:
    with pytest.raises(StoreGone, match="no reply of Valkey or Redis"):
        await connected(f"valkey://127.0.0.1:{web_server}")


@pytest.mark.parametrize(
    ("info", "why"),
    [
        (
            "redis_version:6.2.14\r\nrole:master",
            "expected Valkey, or Redis 7.0 or newer, found version 6.2.14",
        ),
        ("", "found version none"),
        ("redis_version:7.0.0\r\nrole:slave\r\nmaster_host:a\r\nmaster_port:1", "found a replica of a:1"),
        (
            "redis_version:7.0.0\r\nredis_mode:sentinel",
            "found a sentinel; its address begins with sentinel://",
        ),
        ("redis_version:7.2.4\r\nserver_mode:sentinel", "found a sentinel"),
        ("redis_version:7.4.1\r\ncluster_enabled:1\r\nrole:master", "found a cluster"),
    ],
)
def test_an_unfit_server_is_told_from_its_information(info: str, why: str) -> None:
    assert why in unfit(parse_info(info.encode()))


@pytest.mark.parametrize("version", ["7.0.0", "7.2.4", "8.0.1", "10.0.0"])
def test_a_server_that_is_new_enough_is_fit(version: str) -> None:
    assert unfit({"redis_version": version, "cluster_enabled": "0", "role": "master"}) == ""


@pytest.mark.parametrize("code", ADVICE)
def test_a_refusal_under_which_nothing_works_means_that_the_store_is_gone(code: str) -> None:
    error = refusal("valkey://a:1/0", f"{code} some words")
    assert isinstance(error, StoreGone)
    assert str(error) == f"the store at valkey://a:1/0 refuses: {code} some words; {ADVICE[code]}"


def test_any_other_refusal_is_a_defect_of_ours() -> None:
    assert isinstance(refusal("valkey://a:1/0", "ERR unknown command"), CommandRefused)


async def test_a_missing_package_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("oifde_simulator.state.valkey.client.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "libvalkey", None)
    with pytest.raises(ValueError, match=r"run pip install 'oifde-simulator\[valkey\]'"):
        await connected("unix:///nowhere/store.sock")
