"""TLS to the store: verified by the authorities of the system or of a file, with our certificate if asked."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import trustme

from oifde_simulator.state.errors import StoreGone
from store_servers import PROGRAMS, REDIS, StoreServer, connected, store_server
from tcp_proxy import TcpProxy, proxy


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture(scope="module", params=PROGRAMS)
def server(request: pytest.FixtureRequest) -> Iterator[StoreServer]:
    with store_server(request.param, "--requirepass", "sesame") as running:
        yield running


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
async def between(server: StoreServer, context: ssl.SSLContext) -> AsyncIterator[TcpProxy]:
    async with proxy(server.path, context) as running:
        yield running


def url(between: TcpProxy, *options: str, host: str = "localhost", scheme: str = "valkeys") -> str:
    return f"{scheme}://:sesame@{host}:{between.port}/0?{'&'.join(options)}"


@pytest.mark.parametrize("scheme", ["valkeys", "rediss"])
async def test_a_server_of_a_named_authority_is_trusted(between: TcpProxy, ca: Path, scheme: str) -> None:
    store = await connected(url(between, f"ca={ca}", scheme=scheme))
    assert await store.command("PING") == b"PONG"
    await store.close()


async def test_a_server_of_an_unknown_authority_is_refused(between: TcpProxy) -> None:
    with pytest.raises(
        StoreGone, match=r"its certificate is not trusted: .*; name its authority by \?ca=FILE"
    ):
        await connected(url(between))
    assert between.writes == []


async def test_a_certificate_for_another_name_is_refused(between: TcpProxy, ca: Path) -> None:
    with pytest.raises(StoreGone, match="its certificate is not trusted: IP address mismatch"):
        await connected(url(between, f"ca={ca}", host="127.0.0.1"))
    assert between.writes == []


async def test_a_server_without_tls_is_told(server: StoreServer, ca: Path) -> None:
    async with proxy(server.path) as plain:
        with pytest.raises(StoreGone, match=f"no store at valkeys://localhost:{plain.port}/0: "):
            await connected(url(plain, f"ca={ca}"), deadline=0.3)


async def test_a_server_with_tls_that_is_asked_without_is_told(between: TcpProxy) -> None:
    with pytest.raises(StoreGone, match=f"no store at valkey://localhost:{between.port}/0: "):
        await connected(f"valkey://localhost:{between.port}", deadline=0.3)


async def test_a_server_that_wants_a_certificate_gets_ours(
    authority: trustme.CA, between: TcpProxy, context: ssl.SSLContext, ca: Path, tmp_path: Path
) -> None:
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    with pytest.raises(StoreGone, match="no store at valkeys://"):
        await connected(url(between, f"ca={ca}"))
    ours = authority.issue_cert("simulator")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    ours.cert_chain_pems[0].write_to_path(certificate)
    ours.private_key_pem.write_to_path(key)
    store = await connected(url(between, f"ca={ca}", f"cert={certificate}", f"key={key}"))
    assert await store.command("PING") == b"PONG"
    await store.close()


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_an_authority_that_cannot_be_read_is_told(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with pytest.raises(ValueError, match=r"expected PEM files that can be read, found .*: ca=.*ca\.pem"):
        await connected(f"valkeys://localhost:1/0?ca={path}")


async def test_messages_come_over_tls_too(between: TcpProxy, ca: Path) -> None:
    store = await connected(url(between, f"ca={ca}"))
    heard: list[bytes] = []
    end = await store.subscribe("test:news", heard.append)
    assert await store.command("PUBLISH", "test:news", "x") == 1
    await end()
    await store.close()


@pytest.mark.skipif(not REDIS, reason="redis-server, which is built with TLS, is not installed")
async def test_redis_itself_is_reached_over_tls(
    authority: trustme.CA, ca: Path, tmp_path: Path, unused_tcp_port: int
) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    issued = authority.issue_cert("localhost")
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    options = (
        "--tls-port", str(unused_tcp_port), "--tls-cert-file", str(certificate), "--tls-key-file", str(key),
        "--tls-ca-cert-file", str(ca),
    )  # fmt: skip
    with store_server(REDIS or "", *options):
        address = f"valkeys://localhost:{unused_tcp_port}"
        with pytest.raises(StoreGone):
            await connected(f"{address}?ca={ca}")
        store = await connected(f"{address}?ca={ca}&cert={certificate}&key={key}")
        assert await store.command("PING") == b"PONG"
        await store.close()
