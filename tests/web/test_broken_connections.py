"""Bytes that are not HTTP behind requests that are: first the requests have their answers, then these."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from conftest import TOKEN
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web import http_connection
from serving import Peer, fetch, head, post, running

SCENARIO = f"""
tenant: {{tokens: [{TOKEN}]}}
sessions: {{}}
rules:
  - {{name: slow, match: {{request: {{userMobile: slow}}}}, faults: [{{latency: 30ms}}]}}
"""
CHUNKED = "Transfer-Encoding: chunked"
NEVER = 3600.0
"""Deadline of bodies that no test waits for."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    scenario = tmp_path_factory.mktemp("scenarios") / "acme.yaml"
    scenario.write_text(SCENARIO)
    given: dict[str, Any] = {"body_timeout": NEVER, "idle_timeout": NEVER}
    with running(scenarios=(Path(scenario),), no_bundled=True, **given) as simulator:
        yield simulator


def body(user: str = "1") -> bytes:
    return json.dumps({"tenantId": "acme", "authToken": TOKEN, "userMobile": user}).encode()


def chunks(octets: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(octets), octets)


def call(octets: bytes = b"", *headers: str, target: str = "/readyz", method: str = "GET") -> bytes:
    lines = (f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *headers, "", "")
    return "\r\n".join(lines).encode() + octets


def last(server: Simulator) -> int:
    return int(json.loads(fetch(server.control_url + "/journal?limit=1")[2])["last"])


GARBAGE = {
    "no method": b"nonsense\r\n\r\n",
    "no header": b"GET / HTTP/1.1\r\nHost x\r\n\r\n",
    "no end": b"\0\0\0",
    "TLS": b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a long header": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
}
BEFORE = {
    "one": (post(body()), 1),
    "one that takes its time": (post(body("slow")), 1),
    "in chunks": (head(CHUNKED) + chunks(body()), 1),
    "without a body": (head(method="GET", target="/nothing"), 1),
    "three of all kinds": (post(body("slow")) + head(CHUNKED) + chunks(body()) + post(body()), 3),
    "more than are read ahead": (post(body()) * 60, 60),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize(("before", "count"), BEFORE.values(), ids=BEFORE)
def test_requests_before_garbage_have_their_whole_answers_then_it_has_its_own(
    server: Simulator, before: bytes, count: int, garbage: bytes
) -> None:
    known = last(server)
    with Peer(server.data_url) as client:
        client.send(before + garbage)
        answers = [client.answer() for _ in range(count)]
        refusal = client.answer()
        assert client.hangs_up()
    assert all(each.status in (200, 404) and each.body for each in answers)
    assert (refusal.status, refusal.body[:8]) == (400, b"not HTTP")
    assert last(server) - known == count + 1


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize("count", [1, 3, 60])
def test_calls_of_the_control_plane_before_garbage_have_their_answers(
    server: Simulator, count: int, garbage: bytes
) -> None:
    with Peer(server.control_url) as client:
        client.send(call() * count + garbage)
        assert [client.answer().status for _ in range(count)] == [200] * count
        assert client.answer().json["type"].endswith("not-http")
        assert client.hangs_up()


def test_garbage_amid_a_request_in_two_pieces_does_not_repeat_the_first(server: Simulator) -> None:
    known = last(server)
    with Peer(server.data_url) as client:
        client.send(post(body()) + b"GET / HTTP/1.1\r\n")
        assert client.answer().status == 200
        client.send(b"Host x\r\n\r\n" + b"nonsense\r\n\r\n" * 3)
        assert client.answer().status == 400
        assert client.hangs_up()
    assert last(server) - known == 2


BROKEN = {
    "no size": b"zz\r\n",
    "no size, as first": b"{}",
    "a negative size": b"-1\r\n",
    "more than its size": b"2\r\n{}}\r\n",
    "less than its size": b"3\r\n{}\r\n0\r\n\r\n",
    "line feeds alone": b"2\n{}\n0\n\n",
    "a long size": b"f" * 40 + b"\r\n",
    "a bad trailer": b"2\r\n{}\r\n0\r\nno trailer\r\n\r\n",
}


@pytest.mark.parametrize("split", [False, True], ids=["at once", "after its head"])
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("plane", ["data", "control"])
def test_a_broken_chunk_is_told_at_once_as_what_it_is(
    server: Simulator, plane: str, broken: bytes, split: bool
) -> None:
    url = server.data_url if plane == "data" else server.control_url
    start = head(CHUNKED) if plane == "data" else call(b"", CHUNKED, target="/verify", method="POST")
    with Peer(url) as client:
        client.send(start if split else start + broken)
        if split:
            fetch(server.control_url + "/readyz")  # the head has been read before
            client.send(broken)
        answer = client.answer()
        assert client.hangs_up()
    assert answer.status == 400
    assert b"chunk" in answer.body
    assert b"hexadecimal" in answer.body


def test_a_broken_chunk_behind_requests_is_told_behind_their_answers(server: Simulator) -> None:
    known = last(server)
    with Peer(server.data_url) as client:
        client.send(post(body("slow")) + post(body()) + head(CHUNKED) + b"2\r\n{}\r\nzz\r\n" + post(body()))
        answers = [client.answer() for _ in range(3)]
        assert client.hangs_up()
    assert [each.status for each in answers] == [200, 200, 400]
    assert b"chunk" in answers[2].body
    assert last(server) - known == 3


def test_a_broken_chunk_of_a_body_that_is_refused_already_ends_the_connection(server: Simulator) -> None:
    with Peer(server.data_url) as client:
        client.send(head(CHUNKED) + b"200000\r\n" + bytes(0x200000))
        assert client.answer().status == 413
        client.send(b"zz\r\n")
        assert client.hangs_up()


def test_no_credential_in_a_broken_chunk_is_shown(server: Simulator) -> None:
    with Peer(server.data_url) as client:
        client.send(head(CHUNKED) + TOKEN.encode() + b"{\r\n")
        assert TOKEN.encode() not in client.answer().body


async def test_the_error_that_ended_a_body_is_no_defect_and_lets_go_of_its_frames() -> None:
    connection = object.__new__(http_connection.HttpConnection)
    try:
        raise web.RequestPayloadError("broken")
    except web.RequestPayloadError as error:
        connection.log_exception("Unhandled exception", exc_info=error)
        assert error.__traceback__ is None
