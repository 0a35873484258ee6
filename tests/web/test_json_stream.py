"""Long JSON documents: whole whatever the pieces, few at once, and given up where a client does not read."""

from __future__ import annotations

import http.client
import json
from asyncio import Semaphore
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.web.control_plane import json_stream
from oifde_simulator.web.control_plane.routes.journal import har
from serving import fetch, running


async def pieces(head: bytes, items: list[bytes], tail: bytes, size: int) -> list[bytes]:
    """Make the pieces of a document, of at least `size` bytes but for the last."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_stream, "PIECE_BYTES", size)
        return [piece async for piece in json_stream._pieces(head, items, tail)]


@given(st.lists(st.integers(0, 99) | st.text(max_size=9), max_size=20), st.integers(1, 60))
async def test_the_pieces_joined_are_the_document(values: list[Any], size: int) -> None:
    found = await pieces(b'{"values":[', list(map(orjson.dumps, values)), b"]}", size)
    assert json.loads(b"".join(found)) == {"values": values}
    assert all(len(piece) >= size for piece in found[:-1])


async def test_a_list_is_sent_while_it_holds_one_of_few_places() -> None:
    streams, held = Semaphore(1), []

    def items() -> Iterator[bytes]:
        held.append(streams.locked())
        yield b"1"

    call: Any = SimpleNamespace(
        context=SimpleNamespace(streams=streams), request=make_mocked_request("GET", "/")
    )
    await json_stream.stream_list(call, b"[", items(), b"]")
    assert (held, streams.locked()) == ([True], False)


async def test_a_head_takes_no_place_and_makes_no_item() -> None:
    call: Any = SimpleNamespace(
        context=SimpleNamespace(streams=None), request=make_mocked_request("HEAD", "/")
    )

    def items() -> Iterator[bytes]:
        raise AssertionError("no item is wanted")
        yield b""

    response = await json_stream.stream_list(call, b"[", items(), b"]", charset="utf-8")
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"


def test_a_client_that_does_not_read_its_archive_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as simulator:
        fetch(simulator.control_url + "/journal.har")
        monkeypatch.setattr(json_stream, "PATIENCE", 0.001)
        monkeypatch.setattr(har, "_items", lambda entries, scheme: iter([b'"%b"' % (b"x" * (32 << 20))]))
        client = http.client.HTTPConnection(urlsplit(simulator.control_url).netloc, timeout=30)
        client.request("GET", "/journal.har")
        with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
            client.getresponse().read()
        client.close()
        monkeypatch.undo()
        status, _, body = fetch(simulator.control_url + "/journal.har")
        assert (status, json.loads(body)["log"]["entries"]) == (200, [])
