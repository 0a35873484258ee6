"""A target that misbehaves is one clear line, whatever it does; its good answers come as they were."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme

from oifde_simulator.vendor_client import BudgetSpent, Pace, Target, TargetError, Unreachable, VendorSession
from oifde_simulator.vendor_client import session as sessions

Streams = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Clock:
    """Time that moves when somebody sleeps."""

    now = 0.0

    def __init__(self) -> None:
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def pace(most: int | None = None, interval: float = 0.0, clock: Clock | None = None) -> Pace:
    clock = clock or Clock()
    return Pace(most, interval, time=clock.time, sleep=clock.sleep)


@asynccontextmanager
async def target(
    answer: bytes | Streams, tls: ssl.SSLContext | None = None, **options: Any
) -> AsyncIterator[Target]:
    """Listen, and answer each request with the same bytes and the end."""

    handlers: set[asyncio.Task[Any] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.current_task())
        try:
            if callable(answer):
                await answer(reader, writer)
            else:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
                writer.write(answer)
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    try:
        yield Target(f"{'https' if tls else 'http'}://127.0.0.1:{port}", "acme", "s3cret", **options)
    finally:
        server.close()
        running = [each for each in handlers if each]
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await server.wait_closed()


def response(body: bytes, head: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


async def post(target: Target, pace_: Pace | None = None) -> Any:
    async with VendorSession(target, pace_ or pace()) as session:
        return await session.post("/x", {"a": 1})


async def test_an_answer_comes_as_it_was() -> None:
    async with target(response(b'{"errorCode": 0, "total": 3}')) as given:
        reply = await post(given)
    assert (reply.status, reply.fields["total"], reply.error_code, reply.succeeded) == (200, 3, 0, True)
    assert reply.header("content-length") == "28"


@pytest.mark.parametrize(
    ("body", "succeeded"),
    [
        (b'{"total": 0}', True), (b'{"errorCode": "0"}', True), (b'{"errorCode": 900001}', False),
        (b"<html>", False), (b"[]", False), (b"[" * 100_000, False), (b"", False), (b"\xff", False),
    ],
)  # fmt: skip
async def test_success_is_said_by_the_body(body: bytes, succeeded: bool) -> None:
    async with target(response(body)) as given:
        assert (await post(given)).succeeded is succeeded


async def test_a_redirect_is_an_answer() -> None:
    async with target(
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    ) as given:
        reply = await post(given)
    assert (reply.status, reply.header("Location")) == (302, "http://127.0.0.1:1/")


async def head_of(
    body: bytes, path: str = "/x", headers: dict[str, str | None] | None = None
) -> tuple[bytes, int]:
    """Send a request; the head that came, and the length of the body."""
    came: list[tuple[bytes, int]] = []

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        came.append((head, len(await reader.readexactly(length))))
        writer.write(response(b"{}"))

    async with target(keep) as given, VendorSession(given, pace()) as session:
        await session.post(path, body, headers)
    return came[0]


async def test_a_path_is_sent_as_it_is_written() -> None:
    head, _ = await head_of(b"{}", "/a//%71uery/?x=%20")
    assert head.startswith(b"POST /a//%71uery/?x=%20 HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        (None, b"Content-Type: application/json; charset=UTF-8\r\n"),
        ({"Content-Type": "text/plain"}, b"Content-Type: text/plain\r\n"),
        ({"Content-Type": None}, None),
    ],
)
async def test_a_header_of_none_is_not_sent(
    headers: dict[str, str | None] | None, sent: bytes | None
) -> None:
    head, _ = await head_of(b"{}", headers=headers)
    assert (sent in head) if sent else (b"content-type" not in head.lower())


async def test_a_large_body_is_sent_whole() -> None:
    assert (await head_of(b" " * (sessions.LARGE_BODY + 1)))[1] == sessions.LARGE_BODY + 1


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not writer.is_closing():
        writer.write(bytes(1 << 16))
        await writer.drain()


BAD: dict[str, tuple[bytes | Streams, dict[str, Any], str]] = {
    "hangs": (silent, {"timeout": 0.05}, "gives no whole answer within 0.05 s; --timeout changes that"),
    "garbage": (b"\x00\x01garbage\r\n\r\n", {}, "answers what is no HTTP"),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", {}, "answers what is no HTTP"),
    "nothing": (b"", {}, "ends the connection amid its answer"),
    "half an answer": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", {}, "ends the connection amid its answer",
    ),
    "a wrong chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", {}, "answers what is no HTTP",
    ),
    "a wrong encoding": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
        {}, "sends a body that cannot be unpacked",
    ),
    "a whole gigabyte": (endless, {}, "answers more than 1 MiB to one request"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "options", "words"), BAD.values(), ids=BAD)
async def test_a_target_that_misbehaves_is_one_line(
    monkeypatch: pytest.MonkeyPatch, answer: bytes | Streams, options: dict[str, Any], words: str
) -> None:
    monkeypatch.setattr(sessions, "MOST_BYTES", 1 << 20)
    async with target(answer, **options) as given:
        with pytest.raises(TargetError) as caught:
            await post(given)
    text = str(caught.value)
    assert text.startswith(f"{given.url} ")
    assert words in text
    assert "\n" not in text
    assert "s3cret" not in text


async def test_nobody_there_is_one_line() -> None:
    async with target(b"") as given:
        pass
    with pytest.raises(Unreachable, match="refuses the connection"):
        await post(given)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def test_a_certificate_that_is_not_trusted_names_the_ways_out(
    authority: trustme.CA, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with target(response(b"{}"), server_context(authority)) as given:
        with pytest.raises(
            Unreachable, match=r"not trusted .*; give its authority with --ca FILE, or look away"
        ):
            await post(given)
        for options in ({"ca": tmp_path / "ca.pem"}, {"insecure": True}):
            assert (await post(Target(given.url, "acme", "x", **options))).status == 200


async def test_a_client_certificate_is_shown(authority: trustme.CA, tmp_path: Path) -> None:
    context = server_context(authority)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    shown = authority.issue_cert("client.example")
    shown.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "client.pem"))
    async with target(
        response(b"{}"), context, insecure=True, client_certificate=tmp_path / "client.pem"
    ) as given:
        assert (await post(given)).status == 200


async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(response(b"{}"))


async def test_plain_http_behind_https_is_one_line() -> None:
    async with target(plain) as given:
        with pytest.raises(Unreachable, match="breaks off the TLS handshake"):
            await post(Target(given.url.replace("http:", "https:"), "acme", "x"))


@pytest.mark.parametrize(
    "url", ["", "10.0.0.1:443", "ftp://host", "https://", "https://host:99999", "https://[::1", "http://:80"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(TargetError, match=r"expected a target such as https://10\.0\.0\.1:28443"):
        Target(url, "acme", "x")


@pytest.mark.parametrize("option", ["ca", "client_certificate"])
def test_a_file_that_is_no_certificate_is_named(tmp_path: Path, option: str) -> None:
    path = tmp_path / "x.pem"
    for expected in ("No such file", "is it PEM"):
        with pytest.raises(TargetError, match=expected) as caught:
            Target("https://host", "acme", "x", **{option: path}).ssl_context()  # type: ignore[arg-type]
        assert str(path) in str(caught.value)
        path.write_text("no certificate")


def test_the_secret_is_not_in_the_repr() -> None:
    shown = repr(Target("https://user:pw@host", "acme", "s3cret"))
    assert "s3cret" not in shown
    assert "pw" not in shown
    assert Target("https://user:pw@host:1/base", "acme", "x").origin == "https://host:1"


async def test_requests_keep_their_distance_and_their_number() -> None:
    clock = Clock()
    async with target(response(b"{}")) as given:
        limited = pace(3, 1.0, clock)
        async with VendorSession(given, limited) as session:
            for _ in range(3):
                await session.post("/x", b"")
            with pytest.raises(BudgetSpent, match="3 requests have been sent; --max-requests allows no more"):
                await session.post("/x", b"")
    assert clock.slept == [1.0, 1.0]


async def test_a_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with target(response(b'{"by": "proxy"}')) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        reply = await post(Target("http://vendor.invalid", "acme", "x"))
    assert reply.fields == {"by": "proxy"}


async def test_a_name_that_cannot_be_resolved_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("http_proxy", raising=False)
    with pytest.raises(Unreachable, match="has a name that cannot be resolved"):
        await post(Target("http://vendor.invalid", "acme", "x", timeout=20))
