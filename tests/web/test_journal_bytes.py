"""Every reader of the journal gets a whole answer, whatever bytes a client has sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ACME, QUERY
from examples import examples
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import har
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.control_plane import json_stream
from oifde_simulator.web.control_plane.context import Call
from oifde_simulator.web.control_plane.routes import journal
from oifde_simulator.wiremock.admin import ids as identity
from serving import Peer, fetch, running

HAR = json.loads((Path(__file__).parents[1] / "journal" / "har-1.2.schema.json").read_text())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    scenario = tmp_path_factory.mktemp("scenarios") / "acme.yaml"
    scenario.write_text(ACME)
    with running(scenarios=(scenario,)) as simulator:
        yield simulator


def sent(server: Simulator, octets: bytes) -> int:
    """Send a request on a connection that ends with it; returns the number of its entry."""
    before = immediate(server.journal.last())
    with Peer(server.data_url) as client:
        client.send(octets)
        assert client.rest().startswith(b"HTTP/1.1 ")
    assert immediate(server.journal.last()) == before + 1
    return immediate(server.journal.last())


def request(
    target: bytes = QUERY.encode(),
    host: bytes = b"vendor",
    value: bytes = b"1",
    kind: bytes = b"application/json",
    body: bytes = b"{}",
    method: bytes = b"POST",
) -> bytes:
    lines = (
        b"%b %b HTTP/1.1" % (method, target),
        b"Host: " + host,
        b"X-A: " + value,
        b"Content-Type: " + kind,
        b"Content-Length: %d" % len(body),
        b"Connection: close",
    )
    return b"\r\n".join((*lines, b"", body))


def fetch_json(server: Simulator, path: str) -> Any:
    status, _, body = fetch(server.control_url + path)
    assert status == 200, (path, body)
    return json.loads(body) if not path.startswith("/metrics") else body.decode()


def read_everywhere(server: Simulator, number: int) -> dict[str, Any]:
    """Read an entry in every way that the control plane has; returns the entry."""
    since = f"since={number - 1}"
    assert [entry["number"] for entry in fetch_json(server, f"/journal?{since}")["entries"]] == [number]
    assert fetch_json(server, f"/journal/wait?{since}")["count"] == 1
    archived = fetch_json(server, f"/journal.har?{since}")
    jsonschema.validate(archived, HAR)
    assert [entry["_number"] for entry in archived["log"]["entries"]] == [number]
    urlsplit(archived["log"]["entries"][0]["request"]["url"])
    fetch_json(server, "/metrics")
    fetch_json(server, "/__admin/requests?limit=1")
    fetch_json(server, f"/__admin/requests/{identity.entry_id(number)}")
    status, _, body = fetch(server.control_url + "/__admin/requests/find", b'{"urlPattern": ".*"}')
    assert (status, bool(json.loads(body)["requests"])) == (200, True)
    parts = urlsplit(server.control_url)
    with Peer(server.control_url) as follower:
        follower.send(f"GET /journal/events?{since} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        heard = b""
        while b"id: %d\n" % number not in heard:
            heard += (received := follower.socket.recv(65536))
            assert received
    whole: dict[str, Any] = fetch_json(server, f"/journal/{number}")
    return whole


ODD = {
    "a header that is not UTF-8": request(value=b"\xff\xfe"),
    "a type that is not UTF-8": request(kind=b"text/\xff"),
    "a host that is no host": request(host=b"["),
    "a host with a port that is none": request(host=b"a:b"),
    "a host in brackets": request(host=b"[::1]:1"),
    "a target that is not UTF-8": request(target=b"/\xff"),
    "a target that decodes to what is not UTF-8": request(target=b"/%ff?x=%fe"),
    "a target of another host": request(target=b"http://[/x"),
    "a target that names another": request(target=b"/x?next=http://h"),
    "another method": request(method=b"\xffGET"),
    "a body that is not UTF-8": request(body=b'{"userMobile": "\xff"}'),
    "a lone surrogate": request(body=b'{"userMobile": "\\udcff"}'),
    "a name that is a lone surrogate": request(body=b'{"\\ud800": "1"}'),
    "bytes that are not HTTP": b"\x16\x03\x01\xff\r\n\r\n",
}


@pytest.mark.parametrize("octets", ODD.values(), ids=ODD)
def test_an_odd_request_is_read_by_everybody(server: Simulator, octets: bytes) -> None:
    read_everywhere(server, sent(server, octets))


LINE = st.lists(st.sampled_from(b'[]:@%&=?#/"\\;, \t<a0\x80\xc3\xa9\xff'), max_size=12).map(bytes)


@settings(max_examples=examples(40))
@given(target=LINE, host=LINE, value=LINE, kind=LINE, body=st.binary(max_size=20))
def test_whatever_bytes_come_everybody_reads_on(server: Simulator, target: bytes, **parts: bytes) -> None:
    target = b"/" + target.translate(None, b" \t")
    read_everywhere(server, sent(server, request(target=target, **parts)))


# An answer that has begun


def test_an_entry_at_which_the_simulator_fails_is_left_out_of_an_archive(
    server: Simulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = (sent(server, request()) for _ in range(3))
    written = har.HarEntry.as_json

    def failing(source: har.HarEntry) -> dict[str, Any]:
        if source.entry.number in (first, third):
            raise ValueError("a defect")
        return written(source)

    monkeypatch.setattr(har.HarEntry, "as_json", failing)
    monkeypatch.setattr(json_stream, "PIECE_BYTES", 1)
    found = fetch_json(server, f"/journal.har?since={first - 1}")["log"]["entries"]
    assert [entry["_number"] for entry in found] == [second]
    assert f"entry {first} is left out" in caplog.text


@pytest.mark.parametrize(
    "failure", [ValueError("a defect"), web.HTTPNotFound()], ids=["a defect", "a refusal"]
)
def test_an_answer_that_has_begun_ends_and_has_no_other_in_it(
    server: Simulator, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async def breaking(call: Call) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(call.request)
        await stream.write(b"half")
        raise failure

    monkeypatch.setattr(journal, "ROUTES", {"listExchanges": breaking})
    with Peer(server.control_url) as client:
        client.send(b"GET /journal HTTP/1.1\r\nHost: localhost\r\n\r\n")
        heard = client.rest()
    assert heard.count(b"HTTP/1.1 ") <= 1
    assert b"problem" not in heard
    assert not heard.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("path", ["/journal.har", "/journal", "/journal/events", "/metrics", "/journal/wait"])
def test_a_head_has_no_body_and_the_connection_goes_on(server: Simulator, path: str) -> None:
    sent(server, request())
    with Peer(server.control_url) as client:
        for _ in range(2):
            client.send(f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            answer = client.answer(bodiless=True)
            assert answer.status == 200
        client.send(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = client.answer()
    assert (answer.status, b"HTTP/1.1" in answer.body) == (200, False)
