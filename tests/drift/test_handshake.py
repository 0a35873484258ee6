"""Handshakes with real TLS servers."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from oifde_simulator.drift.handshake import Handshake, TargetHandshakes
from oifde_simulator.drift.judgement import NotProbed
from oifde_simulator.vendor_client import Target


@asynccontextmanager
async def listening(newest: ssl.TLSVersion, protocols: list[str]) -> AsyncIterator[str]:
    """Listen with TLS up to a version; yields the URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    context.maximum_version = newest
    context.set_alpn_protocols(protocols)

    async def end(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(end, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def counted() -> None:
    return


@pytest.mark.parametrize(
    ("newest", "protocols", "agreed"),
    [
        (ssl.TLSVersion.TLSv1_3, ["http/1.1"], Handshake("TLSv1.3", "http/1.1")),
        (ssl.TLSVersion.TLSv1_2, ["h2", "http/1.1"], Handshake("TLSv1.2", "h2")),
    ],
)
async def test_what_is_agreed_on_is_told(
    newest: ssl.TLSVersion, protocols: list[str], agreed: Handshake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("https_proxy", raising=False)
    async with listening(newest, protocols) as url:
        handshakes = TargetHandshakes(Target(url, "acme", "x", insecure=True, timeout=10), counted)
        assert await handshakes.newest() == agreed
        assert await handshakes.oldest() is None


async def test_plain_http_has_no_handshake() -> None:
    with pytest.raises(NotProbed, match="plain http"):
        await TargetHandshakes(Target("http://127.0.0.1:1", "acme", "x"), counted).newest()


async def test_behind_a_proxy_there_is_no_handshake_with_the_target(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(NotProbed, match="a proxy is between"):
        await TargetHandshakes(Target("https://vendor.example", "acme", "x"), counted).newest()
