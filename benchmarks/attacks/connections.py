"""Connections that say too little, too much or the wrong thing, and clients that do not read."""

from __future__ import annotations

import asyncio
import ssl

from measure import QUERY, unverified
from raw_http import Connection, head, request

from attacks.table import attack
from attacks.target import Target
from attacks.tokens import query

HALF_SENT = 300
UNREAD = 200
HALF_HANDSHAKES = 200
SILENT = 500
CLIENTS = 8
PIPELINED = 100
PROLOGUE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
"""RFC 9113, section 3.4: the preface of a client, and empty SETTINGS."""
TLS = ("--tls", "auto", "--log-level", "warning")


def half_sent(path: str) -> bytes:
    """Make a request of which half the body comes."""
    return head("POST", path, 1_000_000) + b'{"expect":"' + b"a" * 499_989


@attack("300 bodies half sent, control plane")
async def half_to_control_plane(target: Target) -> None:
    octets = half_sent("/verify")
    await target.hold(HALF_SENT, lambda connection: connection.send(octets), target.control)


@attack("300 bodies half sent, data plane")
async def half_to_data_plane(target: Target) -> None:
    octets = half_sent(QUERY)
    await target.hold(HALF_SENT, lambda connection: connection.send(octets), target.data)


@attack("200 clients that leave 4 MB unread")
async def unread(target: Target) -> None:
    octets = query("huge-field", "any")

    async def step(_: int) -> None:
        async with target.counting():
            connection = await target.data.connect()
            try:
                connection.send(octets)
                await connection.reader.readuntil(b"\r\n\r\n")
                await (
                    asyncio.get_running_loop().create_future()
                )  # the stream stops reading once it holds 128 KiB
            finally:
                connection.abort()

    await target.repeat(UNREAD, step)


@attack("half-closed clients")
async def half_closed(target: Target) -> None:
    whole = query("victim", "any")
    beginnings = (whole, whole[:-10], whole[:60], b"", whole + whole)

    async def step(number: int) -> None:
        async with target.counting():
            connection = await target.data.connect()
            try:
                connection.send(beginnings[number % len(beginnings)])
                connection.writer.write_eof()
                target.count(await connection.answer())
            finally:
                connection.abort()

    await target.repeat(CLIENTS, step)


@attack("bytes that are not HTTP")
async def garbage(target: Target) -> None:
    await target.flood(
        CLIENTS, lambda number: target.random.randbytes(2 ** target.random.randrange(4, 17)) + b"\r\n\r\n"
    )


@attack("HTTP/2")
async def http2(target: Target) -> None:
    await target.flood(CLIENTS, lambda number: PROLOGUE)


@attack("128 headers of 8 KB")
async def headers(target: Target) -> None:
    def make(number: int) -> bytes:
        size = 8_000 if number % 2 else 50
        return request("POST", QUERY, b"{}", {f"X-{number}-{each}": "a" * size for each in range(128)})

    await target.flood(CLIENTS, make)


@attack("500 silent connections")
async def silent(target: Target) -> None:
    await target.hold(SILENT, lambda connection: None, target.data)


@attack("100 pipelined requests")
async def pipelined(target: Target) -> None:
    octets = b"".join(query("victim", "any", run=str(number)) for number in range(PIPELINED))

    async def step(_: int) -> None:
        async with target.counting():
            connection = await target.data.connect()
            try:
                connection.send(octets)
                for _ in range(PIPELINED):
                    target.count(await connection.answer())
            finally:
                connection.abort()

    await target.repeat(CLIENTS, step)


@attack("half TLS handshakes", *TLS)
async def half_handshakes(target: Target) -> None:
    hello = client_hello()
    beginnings = (hello, hello[: len(hello) // 2], hello[:3], hello[:-1] + b"\xff")

    def begin(connection: Connection) -> None:
        connection.send(target.random.choice(beginnings))

    await target.hold(HALF_HANDSHAKES, begin, target.data, plain=True)


def client_hello() -> bytes:
    """Make the first message of a TLS client."""
    sent = ssl.MemoryBIO()
    client = unverified().wrap_bio(ssl.MemoryBIO(), sent)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return sent.read()
    raise AssertionError("a handshake that needs no server")
