"""HTTP responses and server-sent events, in whatever pieces they arrive."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.client.transport.event_parser import EventParser, ServerSentEvent
from oifde_simulator.client.transport.response import MOST_HEAD, NotHttp, Response

# bytes: (status, body, whether the connection can be used again)
WHOLE = {
    "length": (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", (200, b"abc", True)),
    "empty": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", (200, b"", True)),
    "no reason": (b"HTTP/1.1 404 \r\ncontent-length:1\r\n\r\nx", (404, b"x", True)),
    "close": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx", (200, b"x", False)),
    "1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", (200, b"x", False)),
    "1.0 kept": (
        b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\nx",
        (200, b"x", True),
    ),
    "chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
        (200, b"abc0123456789", True),
    ),
    "trailer": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
        (200, b"a", True),
    ),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"", True)),
    "interim": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
        (200, b"x", True),
    ),
    "line feeds alone": (b"HTTP/1.1 200 OK\nContent-Length: 1\n\nx", (200, b"x", True)),
    "more than asked": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1", (200, b"x", False)),
}


@pytest.mark.parametrize(("octets", "expected"), WHOLE.values(), ids=WHOLE)
@settings(max_examples=examples(25), deadline=None)
@given(data=st.data())
def test_a_response_is_one_in_whatever_pieces_it_comes(
    data: st.DataObject, octets: bytes, expected: tuple[int, bytes, bool]
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(octets) - 1), max_size=4)))
    response, body = Response(), b""
    for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True):
        response.feed(octets[start:end])
        body += response.take_body()
    assert response.done
    assert (response.status, body, response.keeps_connection) == expected


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    response = Response()
    for piece in (b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\na", b"bc", b""):
        assert not response.done
        response.feed(piece)
    assert (response.done, response.take_body(), response.keeps_connection) == (True, b"abc", False)


CUT = {
    "nothing": (b"", "^the connection ended$"),
    "a head": (b"HTTP/1.1 200 OK\r\nConte", "amid the answer"),
    "a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", "amid the answer"),
    "a chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na", "amid the answer"),
    "the last chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "amid the answer"),
}


@pytest.mark.parametrize(("octets", "message"), CUT.values(), ids=CUT)
def test_an_answer_that_ends_too_early_is_none(octets: bytes, message: str) -> None:
    response = Response()
    if octets:
        response.feed(octets)
    with pytest.raises(NotHttp, match=message):
        response.feed(b"")


STRANGE = {
    "a banner": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "HTTP/2": b"HTTP/2 200\r\n\r\n",
    "a length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "a long number": b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
    "a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a chunk's end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
    "a head without end": b"HTTP/1.1 200 OK\r\nX: " + b"x" * MOST_HEAD,
    "a line without end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * (MOST_HEAD + 1),
}


@pytest.mark.parametrize("octets", STRANGE.values(), ids=STRANGE)
def test_what_is_no_response_is_told(octets: bytes) -> None:
    with pytest.raises(NotHttp, match=r"^expected "):
        Response().feed(octets)


STREAM = (
    b": following\n\n"
    b"id: 7\nevent: exchange\ndata: {}\n\n"
    b"event: truncated\r\ndata: a\r\ndata: b\r\n\r\n"
    b"data\n\nevent: lost\n\ndata: \xc3\xa9\n\n"
)


@given(st.sets(st.integers(1, len(STREAM) - 1), max_size=5))
def test_events_are_the_same_in_whatever_pieces_they_come(cuts: set[int]) -> None:
    parser = EventParser()
    edges = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in pairwise(edges)]
    assert [event for piece in pieces for event in parser.feed(piece)] == [
        ServerSentEvent("exchange", "{}"),
        ServerSentEvent("truncated", "a\nb"),
        ServerSentEvent("message", ""),
        ServerSentEvent("message", "é"),
    ]
