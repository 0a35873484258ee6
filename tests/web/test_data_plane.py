"""The data plane at real sockets: bytes that clients send, and bytes that come back."""

from __future__ import annotations

import gzip
import json
import logging
import select
import shutil
import socket
import struct
import subprocess
import tracemalloc
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from conftest import ACME, QUERY, TOKEN
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.aiohttp_versions import IS_OLD
from oifde_simulator.web.data_plane import content_coding
from oifde_simulator.web.data_plane.delivery import Delivery
from oifde_simulator.web.http_connection import HIGH_WATER
from serving import PATIENCE, Peer, head, post, running

SHORT = 0.6
"""Seconds of a deadline that a test waits for; a busy machine can hold a client up for half of it."""
PACE = 0.02
"""Seconds between two bytes of a client that dribbles."""
MAX_BODY = 64 * 1024
PARAMETER = 10000002
RESET = struct.pack("ii", 1, 0)

BODY = json.dumps({"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001"}).encode()


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenarios") / "acme.yaml"
    path.write_text(ACME)
    return path


@pytest.fixture(scope="module")
def server(acme: Path) -> Iterator[Simulator]:
    """Run a patient server that takes bodies of up to 64 KiB."""
    with running(scenarios=(acme,), no_bundled=True, max_body=MAX_BODY) as simulator:
        yield simulator


@pytest.fixture(scope="module", params=["off", "auto"], ids=["plain", "TLS"])
def either(request: pytest.FixtureRequest, acme: Path) -> Iterator[Simulator]:
    """Run a patient server without TLS and with it."""
    with running(scenarios=(acme,), no_bundled=True, max_body=MAX_BODY, tls=request.param) as simulator:
        yield simulator


@pytest.fixture(scope="module", params=["off", "auto"], ids=["plain", "TLS"])
def impatient(request: pytest.FixtureRequest, acme: Path) -> Iterator[Simulator]:
    """Run a server that waits for a head or a body for so short a time, without TLS and with it."""
    short = {"idle_timeout": SHORT, "body_timeout": SHORT}
    with running(scenarios=(acme,), no_bundled=True, tls=request.param, **short) as simulator:
        yield simulator


def peer(simulator: Simulator) -> Peer:
    return Peer(simulator.data_url, simulator.ca_pem)


def serves(simulator: Simulator) -> bool:
    """Check that another client gets its answer."""
    with peer(simulator) as other:
        other.send(post(BODY))
        return bool(other.answer().json["total"] == 2)


def exchanged(simulator: Simulator, request: bytes) -> tuple[int, dict[str, Any]]:
    """Send one request at once; returns the status and the decoded body of its answer."""
    with peer(simulator) as client:
        client.send(request)
        answer = client.answer()
        return answer.status, answer.json


def dribble(client: Peer, octets: Iterable[bytes]) -> None:
    """Send piece after piece, slowly, until the server answers or closes the connection."""
    for octet in octets:
        if select.select([client.socket], [], [], PACE)[0]:
            return
        client.send(octet)
    raise AssertionError("the server listened to the end")


# What a good answer looks like


def test_a_good_answer_has_these_very_bytes(either: Simulator) -> None:
    with peer(either) as client:
        client.send(post(BODY))
        answer = client.answer()
    assert answer.head == (
        b"HTTP/1.1 200 OK\r\n"
        b"Content-Type: application/json; charset=UTF-8\r\n"
        b"Server: oifde-simulator\r\n"
        b"Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"  # the tenant's clock stands still
        b"Content-Length: %d\r\n\r\n" % len(answer.body)
    )
    assert answer.body.startswith(b'{"errorCode":0,"errorMsg":"Success","total":2,"recordList":[{"logId":"')


def test_the_same_request_gets_the_same_bytes(server: Simulator) -> None:
    with peer(server) as client:
        client.send(post(BODY) * 2)
        first, second = client.answer(), client.answer()
    assert (first.head, first.body) == (second.head, second.body)


TARGETS = {
    "a query string": QUERY + "?trace=1&tenantId=x",
    "an empty query string": QUERY + "?",
    "percent-encoded": QUERY.replace("R", "%52"),
    "absolute": "http://vendor.example" + QUERY,
    "absolute, other scheme and port": "https://127.0.0.1:8443" + QUERY + "?a=b",
}


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_the_path_is_found_in_any_form_of_target(server: Simulator, target: str) -> None:
    status, answer = exchanged(server, post(BODY, target=target))
    assert (status, answer["total"]) == (200, 2)


STRANGE_TARGETS = ["*", "http://vendor.example", "/" + QUERY, "/%", "/%ff", "/http:/" + QUERY, "/a?" + QUERY]


@pytest.mark.parametrize("target", STRANGE_TARGETS)
def test_any_other_target_gets_404(server: Simulator, target: str) -> None:
    method = "OPTIONS" if target == "*" else "POST"
    status, answer = exchanged(server, post(BODY, target=target, method=method))
    assert (status, answer["errorCode"]) == (404, PARAMETER)


def test_head_gets_405_without_a_body(server: Simulator) -> None:
    with peer(server) as client:
        client.send(head(method="HEAD") + post(BODY))
        refused, next_one = client.answer(bodiless=True), client.answer()
    assert (refused.status, refused.headers["Allow"]) == (405, "POST")
    assert int(refused.headers["Content-Length"]) > 0
    assert next_one.json["total"] == 2


# How long a connection lasts


def test_three_requests_in_one_write_are_answered_in_order(either: Simulator) -> None:
    second = BODY.replace(b"18000000001", b"18000000002")
    with peer(either) as client:
        client.send(post(BODY) + post(second) + post(b"nonsense"))
        answers = [client.answer() for _ in range(3)]
    assert [answer.json["total"] for answer in answers] == [2, 1, 0]
    assert [answer.status for answer in answers] == [200, 200, 400]


# version, headers: (Connection of the answer, whether the connection goes on)
PERSISTENCE = {
    "HTTP/1.1": ("1.1", (), None, True),
    "HTTP/1.1, close": ("1.1", ("Connection: close",), "close", False),
    "HTTP/1.0": ("1.0", (), "close", False),
    "HTTP/1.0, keep-alive": ("1.0", ("Connection: keep-alive",), "keep-alive", True),
}


@pytest.mark.parametrize(
    ("version", "headers", "connection", "goes_on"), PERSISTENCE.values(), ids=PERSISTENCE.keys()
)
def test_a_connection_lasts_as_long_as_the_client_asks(
    server: Simulator, version: str, headers: tuple[str, ...], connection: str | None, goes_on: bool
) -> None:
    request = post(BODY, *headers, version=version)
    with peer(server) as client:
        client.send(request)
        answer = client.answer()
        assert (answer.json["total"], answer.headers["Connection"]) == (2, connection)
        if goes_on:
            client.send(request)
            assert client.answer().json["total"] == 2
        else:
            assert client.hangs_up()


@pytest.mark.parametrize("body", [b"", BODY[:20]], ids=["after the head", "within the body"])
@pytest.mark.parametrize("reset", [False, True], ids=["in order", "by reset"])
def test_a_client_that_leaves_amid_its_request_harms_nobody(
    server: Simulator, caplog: pytest.LogCaptureFixture, body: bytes, reset: bool
) -> None:
    with peer(server) as client:
        client.send(head(f"Content-Length: {len(BODY)}") + body)
        if reset:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    assert serves(server)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


# Bytes that are no request


NOT_HTTP = {
    "text": b"good day\r\n\r\n",
    "zeros": bytes(64),
    "a TLS greeting": bytes.fromhex("16030100c8010000c40303") + bytes(32),
    "another version": b"POST / HTTP/9.9\r\n\r\n",
    "a header without colon": b"POST / HTTP/1.1\r\nHost vendor\r\n\r\n",
    "a target that is no URL": post(BODY, target="http://[/x"),
    "a length that is none": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    "length and chunks": head("Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    "a head of 100 kB": b"POST / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("octets", NOT_HTTP.values(), ids=NOT_HTTP.keys())
def test_bytes_that_are_not_http_are_refused_in_a_line_and_others_are_served(
    server: Simulator, caplog: pytest.LogCaptureFixture, octets: bytes
) -> None:
    with peer(server) as client:
        client.send(octets)
        assert client.answer().status == 400
        assert client.hangs_up()
    assert serves(server)
    for record in caplog.records:
        assert (record.levelname, record.exc_info) == ("WARNING", None)
        assert len(record.getMessage().splitlines()) == 1


@pytest.mark.parametrize("octets", [b"", b"POST", head()[:-2]], ids=["silent", "a word", "all but the end"])
def test_a_connection_without_a_whole_head_is_dropped(impatient: Simulator, octets: bytes) -> None:
    with peer(impatient) as client:
        client.send(octets)
        assert client.hangs_up()


@pytest.mark.slow(seconds=1)
def test_a_head_that_comes_byte_by_byte_forever_is_dropped(impatient: Simulator) -> None:
    with peer(impatient) as client:
        client.send(post(BODY))
        client.answer()
        client.send(head()[:-2] + b"X: ")
        dribble(client, repeat(b"x", 500))
        assert client.hangs_up()
        assert serves(impatient)


@pytest.mark.slow(seconds=1)
def test_a_body_that_comes_byte_by_byte_forever_gets_408_and_the_end(impatient: Simulator) -> None:
    with peer(impatient) as client:
        client.send(post(BODY))
        client.answer()
        client.send(head("Content-Length: 1000"))
        dribble(client, repeat(b" ", 500))
        answer = client.answer()
        assert (answer.status, answer.headers["Connection"]) == (408, "close")
        assert answer.json["errorCode"] == PARAMETER
        assert f"{SHORT} s" in answer.json["errorMsg"]
        assert client.hangs_up()
        assert serves(impatient)


def test_a_client_is_served_beside_a_thousand_idle_ones(server: Simulator) -> None:
    with ExitStack() as crowd:
        for number in range(1000):
            idle = crowd.enter_context(peer(server))
            idle.send(b"" if number % 2 else head()[:-2])
        assert serves(server)


# Bodies


def chunked(body: bytes, size: int = 1000) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def padded(length: int) -> bytes:
    return BODY.ljust(length)


CHUNKED = "Transfer-Encoding: chunked"
GZIP = "Content-Encoding: gzip"
TOO_LARGE = {
    "with its length": post(padded(MAX_BODY + 1)),
    "with its length, 8 MiB": post(padded(8 << 20)),
    "chunked": head(CHUNKED) + chunked(padded(MAX_BODY + 1)),
    "chunked, 8 MiB": head(CHUNKED) + chunked(padded(8 << 20), 50_000),
    "compressed": post(gzip.compress(padded(MAX_BODY + 1)), GZIP),
    "compressed, 32 MiB": post(gzip.compress(padded(32 << 20)), GZIP),
    "compressed and chunked": head(CHUNKED, GZIP) + chunked(gzip.compress(padded(8 << 20))),
}


@pytest.mark.parametrize("request_", TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_a_body_over_the_limit_gets_413_though_all_of_it_was_sent_first(
    server: Simulator, request_: bytes
) -> None:
    status, answer = exchanged(server, request_)
    assert (status, answer["errorCode"], answer["total"]) == (413, PARAMETER, 0)
    assert f"over {MAX_BODY} bytes, the limit of --max-body" in answer["errorMsg"]


def test_a_body_over_the_limit_gets_413_over_tls(either: Simulator) -> None:
    assert exchanged(either, TOO_LARGE["with its length, 8 MiB"])[0] == 413


AT_THE_LIMIT = {
    "with its length": post(padded(MAX_BODY)),
    "chunked": head(CHUNKED) + chunked(padded(MAX_BODY)),
    "compressed": post(gzip.compress(padded(MAX_BODY)), GZIP),
    "compressed and chunked": head(CHUNKED, GZIP) + chunked(gzip.compress(padded(MAX_BODY)), 7),
    "gzip by its old name": post(gzip.compress(padded(MAX_BODY)), "content-encoding: X-GZip"),
    "gzip and what is no coding": post(gzip.compress(padded(MAX_BODY)), "Content-Encoding: identity, gzip"),
    "deflate": post(zlib.compress(padded(MAX_BODY)), "Content-Encoding: deflate"),
    "deflate, bare": post(zlib.compress(padded(MAX_BODY), wbits=-15), "Content-Encoding: deflate"),
}


@pytest.mark.parametrize("request_", AT_THE_LIMIT.values(), ids=AT_THE_LIMIT.keys())
def test_a_body_at_the_limit_is_answered(server: Simulator, request_: bytes) -> None:
    status, answer = exchanged(server, request_)
    assert (status, answer["total"]) == (200, 2)


def bomb(blocks: int) -> bytes:
    """Make gzip of so many MiB of zeros from one repeated block of a MiB, without its end."""
    packing = zlib.compressobj(9, wbits=31)
    first = packing.compress(bytes(1 << 20)) + packing.flush(zlib.Z_FULL_FLUSH)
    block = packing.compress(bytes(1 << 20)) + packing.flush(zlib.Z_FULL_FLUSH)
    return first + block * (blocks - 1)


def test_of_a_gigabyte_in_a_megabyte_nothing_is_unpacked_beyond_the_limit(
    acme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    class Watched:
        def __init__(self, window: int) -> None:
            self._unpacking = zlib.decompressobj(window)

        def decompress(self, octets: bytes, most: int) -> bytes:
            plain = self._unpacking.decompress(octets, most)
            made.append(len(plain))
            return plain

    monkeypatch.setattr(content_coding, "decompressobj", Watched)
    limit = 2 << 20
    with running(scenarios=(acme,), no_bundled=True, max_body=limit) as simulator, ExitStack() as crowd:
        request_ = post(bomb(1024), GZIP)
        attackers = [crowd.enter_context(peer(simulator)) for _ in range(4)]
        for attacker in attackers:
            attacker.send(request_[:-1])
        assert serves(simulator)
        assert made == []
        for attacker in attackers:
            attacker.send(request_[-1:])
        assert serves(simulator)
        assert [attacker.answer().status for attacker in attackers] == [413] * 4
    assert made == [limit + 1] * 4


def test_what_is_over_the_limit_is_not_kept(server: Simulator) -> None:
    request_ = post(bomb(60), GZIP)
    assert len(request_) < MAX_BODY
    tracemalloc.start()
    try:
        status, _ = exchanged(server, request_)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert status == 413
    assert peak < 1 << 20


UNREADABLE = {
    "not gzip": post(BODY, GZIP),
    "gzip cut short": post(gzip.compress(BODY)[:-20], GZIP),
    "gzip with a false check": post(gzip.compress(BODY)[:-8] + bytes(8), GZIP),
    "an encoding that is not known": post(b"rot13 " + BODY, "Content-Encoding: rot13"),
    "an encoding that is not here": post(BODY, "Content-Encoding: br"),
    "another that is not here": post(BODY, "Content-Encoding: zstd"),
    "an encoding that cannot be printed": post(BODY, "Content-Encoding: \u009b31m"),
    "gzip twice": post(gzip.compress(gzip.compress(BODY)), "Content-Encoding: gzip, gzip"),
    "gzip twice, in two lines": post(gzip.compress(gzip.compress(BODY)), GZIP, GZIP),
    "gzip and more": post(gzip.compress(BODY) + b"more", GZIP),
    "very many members of gzip": post(gzip.compress(b"") * 100 + gzip.compress(BODY), GZIP),
    "gzip, as Transfer-Encoding": head("Transfer-Encoding: gzip, chunked") + chunked(gzip.compress(BODY)),
    "nothing, as gzip": head(CHUNKED, GZIP) + chunked(b""),
    "gzip, as deflate": post(gzip.compress(BODY), "Content-Encoding: deflate"),
    "deflate cut short": post(zlib.compress(BODY)[:-1], "Content-Encoding: deflate"),
    "deflate, bare and cut short": post(zlib.compress(BODY, wbits=-15)[:-1], "Content-Encoding: deflate"),
    "chunks that are none": head(CHUNKED) + b"zz\r\n" + BODY + b"\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("request_", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_body_that_cannot_be_read_gets_400(
    server: Simulator, caplog: pytest.LogCaptureFixture, request_: bytes
) -> None:
    with peer(server) as client:
        client.send(request_)
        assert client.answer().status == 400
    assert serves(server)
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("coding", ["xchunked", "gzip", "identity", "chunked;q=1"])
def test_a_transfer_coding_that_is_passed_over_is_named_and_not_the_empty_body(
    server: Simulator, coding: str
) -> None:
    with peer(server) as client:
        client.send(head(f"Transfer-Encoding: {coding}", "Connection: close"))
        answer = client.answer()
    assert (answer.status, b"the body is empty" in answer.body) == (400, False)
    assert b"expected chunked alone, or a Content-Length" in answer.body


NOT_UNPACKED = {name: UNREADABLE[name] for name in UNREADABLE if "gzip" in name or "en" in name}


@pytest.mark.parametrize("request_", NOT_UNPACKED.values(), ids=NOT_UNPACKED)
def test_a_body_that_cannot_be_unpacked_is_told_in_the_vendors_shape(
    server: Simulator, request_: bytes
) -> None:
    with peer(server) as client:
        client.send(request_ + post(BODY))
        told = client.answer().json
        assert (told["errorCode"], told["total"], told["recordList"]) == (PARAMETER, 0, [])
        assert told["errorMsg"].startswith("The parameter is incorrect: the body could not be read: ")
        assert client.answer().json["total"] == 2


# Requests that would leave HTTP


LEAVING = {
    "CONNECT": head(method="CONNECT", target="vendor.example:443"),
    "CONNECT to our path": head(method="CONNECT"),
    "CONNECT with a length": post(BODY, method="CONNECT"),
    "websocket": head("Connection: Upgrade", "Upgrade: websocket", method="GET"),
    "websocket with a body": post(BODY, "Connection: Upgrade", "Upgrade: websocket"),
    "HTTP/2": post(BODY, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AA"),
}


@pytest.mark.parametrize("request_", LEAVING.values(), ids=LEAVING.keys())
def test_a_request_for_another_protocol_is_answered_and_is_the_last_one(
    either: Simulator, request_: bytes
) -> None:
    with peer(either) as client:
        client.send(request_ + post(BODY))
        answer = client.answer()
        # Before 3.14 a body passes for bytes of the other protocol, in some versions.
        whole = answer.status if IS_OLD and answer.status == 400 else 200
        expected = 404 if b"443" in request_[:40] else whole if request_.startswith(b"POST") else 405
        assert (answer.status, answer.headers["Connection"]) == (expected, "close")
        assert client.hangs_up()
    assert serves(either)


def test_a_body_that_names_its_charset_as_its_encoding_is_answered(server: Simulator) -> None:
    assert exchanged(server, post(BODY, "Content-Encoding: utf-8"))[1]["total"] == 2


def test_expect_100_continue_is_answered_before_the_body_is_sent(either: Simulator) -> None:
    with peer(either) as client:
        client.send(head(f"Content-Length: {len(BODY)}", "Expect: 100-continue"))
        assert client.answer().head == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(BODY)
        assert client.answer().json["total"] == 2


def test_expect_100_continue_is_not_answered_when_the_body_would_be_too_large(server: Simulator) -> None:
    with peer(server) as client:
        client.send(head(f"Content-Length: {MAX_BODY + 1}", "Expect: 100-continue"))
        assert client.answer().status == 413


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_curl_that_expects_a_100_does_not_stall(server: Simulator) -> None:
    options = ["-sS", "--expect100-timeout", "15", "--max-time", "10", "--noproxy", "*"]
    upload = ["-H", "Expect: 100-continue", "--data-binary", "@-"]
    done = subprocess.run(
        ["curl", server.data_url + QUERY, *upload, *options],
        input=padded(2000),
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    assert json.loads(done.stdout)["total"] == 2


# A client that does not read


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note the number of unread bytes after each write of the server."""
    sizes: list[int] = []
    write = Delivery._write

    async def watched(self: Delivery, transport: Any) -> None:
        await write(self, transport)
        sizes.append(transport.get_write_buffer_size())

    monkeypatch.setattr(Delivery, "_write", watched)
    return sizes


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("tls", ["off", "auto"], ids=["plain", "TLS"])
def test_a_client_that_never_reads_is_dropped_and_memory_does_not_grow(
    tmp_path: Path, waiting: list[int], tls: str
) -> None:
    text = "x" * 50_000
    records = [f'{{callSorId: "1", calledNumber: "955500001", startTime: 1, callData: {text}}}'] * 5
    scenario = tmp_path / "acme.yaml"
    scenario.write_text("\n  - ".join(["tenant: {tokens: any}\nsessions:\n  records:", *records]))
    body = json.dumps({"tenantId": "acme", "authToken": "x", "userMobile": "1"}).encode()
    answer_length, asked = 5 * len(text), 200
    with running(scenarios=(scenario,), no_bundled=True, tls=tls, write_timeout=SHORT) as simulator:
        with Peer(simulator.data_url, simulator.ca_pem, receive_buffer=4096) as client:
            client.send(post(body) * asked)
            dropped = select.poll()
            dropped.register(client.socket, 0)
            assert dropped.poll(PATIENCE * 1000)
        with peer(simulator) as other:
            other.send(post(body))
            assert other.answer().json["total"] == 5
    assert len(waiting) < asked / 2
    assert max(waiting) < 2 * (answer_length + HIGH_WATER) + (512 * 1024 if tls == "auto" else 0)
