"""Answers to bytes that are not HTTP: decided when they are sent, and only then."""

from __future__ import annotations

import asyncio
import gc
import warnings
from unittest.mock import create_autospec

import pytest
from aiohttp import web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpRequestParser
from aiohttp.http_exceptions import HttpProcessingError

from engines import Engine
from oifde_simulator.web import refusal
from oifde_simulator.web.data_plane.held_connections import HeldConnections
from oifde_simulator.web.data_plane.request_handler import DataPlaneHandler
from oifde_simulator.web.data_plane.request_reader import Limits


def handler(engine: Engine) -> DataPlaneHandler:
    """Make the handler of a data plane."""
    return DataPlaneHandler(engine.pipeline, Limits(1024, 1.0), HeldConnections(1), write_seconds=1.0)


@pytest.mark.slow(seconds=2)
def test_an_answer_that_is_never_sent_leaves_nothing_that_waits_to_be_awaited() -> None:
    engine = Engine({})
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        handler(engine).refuse("bad")
        gc.collect(0)  # also of what earlier tests have left, such as a loop of pytest-asyncio
    assert [str(each.message) for each in warned if each.category is RuntimeWarning] == []
    assert engine.entries() == []


async def test_an_answer_is_decided_and_recorded_once_when_it_is_sent() -> None:
    engine = Engine({})
    delivery = handler(engine).refuse("bad")
    for _ in range(2):
        await delivery.prepare(create_autospec(web.BaseRequest))
    assert [entry.notes for entry in engine.entries()] == [("not HTTP, refused: bad",)]


REFUSED = {
    "POST /x http/1.1": "expected METHOD PATH HTTP/1.1, in capitals",
    "post /x HTTP/1.1": "expected a method in capitals",
    "POST /a b HTTP/1.1": "a space in the path is written %20",
    "POST x HTTP/1.1": "which begins with a slash",
    "POST /\tx HTTP/1.1": "write other characters as %20",
    "POST /x HTTP/1.9": "expected HTTP/1.1 or HTTP/1.0",
    "POST /x HTTP/1.1\nHost: x": "expected CRLF at the end of each line",
    "GET": "one space between",
    "POST /x HTTP/1.1\r\nX Y: 1": "a header: expected a name",
    "POST /x HTTP/1.1\r\nX": "a header: expected a name",
    "POST /x HTTP/1.1\r\nX: in url\x01": "without control characters",
    "POST /x HTTP/1.1\r\nX: a\x01": "without control characters",
    "POST /x HTTP/1.1\r\nContent-Length: +5": "expected decimal digits",
    "POST /x HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5": "once",
    "POST /x HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked": "exclude each other",
    "POST /x HTTP/1.1\r\nX: a\r\n b": "not folded",
    "POST /x HTTP/1.1\r\nX-Y: b": "no Host header",
    "POST /x HTTP/1.1\r\nHost: a\r\nHost: b": "the header Host comes twice",
}


def refused_by(parser: HttpRequestParser, head: str) -> str:
    """Feed a head; return the reason for which it is refused, empty for none."""
    try:
        parser.feed_data(f"{head}\r\n\r\n".encode())
    except HttpProcessingError as refused:
        return refused.message
    return ""


@pytest.mark.parametrize(("head", "expected"), REFUSED.items(), ids=map(repr, REFUSED))
async def test_what_was_expected_is_told_without_the_words_of_a_parser(head: str, expected: str) -> None:
    loop = asyncio.get_running_loop()
    reason = refused_by(HttpRequestParser(BaseProtocol(loop), loop, 65536), head)
    if "Host" in expected and not reason:
        pytest.skip("this version of aiohttp takes a request with no Host, or with two")
    told = refusal.explain(reason, max_header_bytes=1, max_headers=1)
    assert reason
    assert expected in told, reason
    assert "b'" not in told
    assert "status line" not in told


def test_bytes_that_came_are_shown_behind_what_was_expected() -> None:
    reason = "Invalid method encountered:\n\n  b'SSH-2.0'\n    ^"
    told = refusal.explain(reason, max_header_bytes=1, max_headers=1)
    assert told.endswith("Content-Length was too small; found SSH-2.0")


@pytest.mark.parametrize("quoted", ["b''", 'b""'])
def test_nothing_is_shown_where_a_reason_quotes_no_bytes(quoted: str) -> None:
    told = refusal.explain(f"Invalid header token: {quoted}", max_header_bytes=1, max_headers=1)
    assert told == refusal.HEADER


def test_a_reason_that_is_not_known_is_told_as_it_is() -> None:
    assert refusal.explain("Odd:\n  b'x'", max_header_bytes=1, max_headers=1) == "Odd: b'x'"
