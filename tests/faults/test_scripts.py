"""Scripts that each fault, and a chain of several, makes of an answer."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fault_scripts import (
    BODILESS,
    BODY,
    EMPTY,
    HEAD,
    WHOLE,
    answer,
    content_length,
    sent,
    spoiled,
    waits,
)
from oifde_simulator.faults.builtin.throttling import MOST_PIECES
from oifde_simulator.wire.script import Close, Reset, Script, Send, Wait, header, octets, with_header


def test_the_honest_answer_is_what_these_tests_take_it_for() -> None:
    assert answer() == WHOLE
    assert answer(method="HEAD") == BODILESS
    assert answer(b"") == EMPTY


# What each fault makes of an answer

HALF = BODY[: len(BODY) // 2]
REST = BODY[len(BODY) // 2 :]
H, B = Send(HEAD, "head"), Send(BODY, "body")


def headed(name: str, value: str) -> Send:
    """Send the honest head with another value of one header."""
    script = with_header(WHOLE, name, value)
    return Send(octets(script, "head"), "head")


SCRIPTS: dict[str, tuple[Any, Script]] = {
    "latency": ({"latency": "200ms"}, (Wait(0.2), H, B)),
    "latency, named": ({"latency": {"fixed": "1.5s"}}, (Wait(1.5), H, B)),
    "latency before the body": ({"latency": {"fixed": "2s", "at": "body"}}, (H, Wait(2.0), B)),
    "dribble": (
        {"dribble": {"chunks": 2, "over": "3s"}},
        (H, Wait(1.5), Send(HALF), Wait(1.5), Send(REST)),
    ),
    "dribble by bytes": (
        {"dribble": {"bytes": 60, "every": "50ms"}},
        (H, Wait(0.05), Send(BODY[:60]), Wait(0.05), Send(BODY[60:])),
    ),
    "bandwidth": (
        {"bandwidth": "1MiB"},
        (Wait(len(HEAD) / 2**20), H, Wait(len(BODY) / 2**20), B),
    ),
    "slicer": (
        {"slicer": {"bytes": 100, "every": "1ms"}},
        (
            *(Wait(0.001), Send(HEAD[:100], "head")),
            *(Wait(0.001), Send(HEAD[100:], "head")),
            *(Wait(0.001), B),
        ),
    ),
    "hang": ("hang", (Wait(60.0), Close())),
    "hang, limited": ({"hang": "10s"}, (Wait(10.0), Close())),
    "hang before the body": ({"hang": {"at": "body"}}, (H, Wait(60.0), Close())),
    "empty-response": ("empty-response", (Close(),)),
    "reset": ("reset", (Reset(),)),
    "reset-mid-body": ("reset-mid-body", (H, Send(HALF), Reset())),
    "reset-mid-body after bytes": ({"reset-mid-body": 7}, (H, Send(BODY[:7]), Reset())),
    "reset-mid-body at its beginning": ({"reset-mid-body": {"after": 0}}, (H, Reset())),
    "reset-mid-body after more than there is": ({"reset-mid-body": "1KiB"}, (H, B, Reset())),
    "cut": ({"cut": {"bytes": 40}}, (H, Send(BODY[:40]), Close())),
    "cut half-way": ("cut", (H, Send(HALF), Close())),
    "cut to nothing": ({"cut": 0}, (H, Close())),
    "cut after more than there is": ({"cut": "1KiB"}, (H, B)),
    "cut after all there is": ({"cut": "100%"}, (H, B)),
    "no latency": ({"latency": "0s"}, (H, B)),
    "no latency of the body": ({"latency": {"fixed": "0ms", "at": "body"}}, (H, B)),
    "a ramp at its end": ({"latency": {"ramp": {"from": "1s", "to": "0s", "over": "0s"}}}, (H, B)),
    "slow-close": ({"slow-close": "2s"}, (H, B, Wait(2.0), Close())),
    "close": ("close", (H, B, Close())),
    "content-length, too long": (
        {"content-length": 10},
        (headed("Content-Length", str(len(BODY) + 10)), B, Close()),
    ),
    "content-length, too short": (
        {"content-length": {"delta": -10}},
        (headed("Content-Length", str(len(BODY) - 10)), B),
    ),
    "content-length, never negative": ({"content-length": -1000}, (headed("Content-Length", "0"), B)),
    "content-length, another value": ({"content-length": {"value": 5}}, (headed("Content-Length", "5"), B)),
    "no-content-length": (
        "no-content-length",
        (Send(HEAD.replace(b"Content-Length: %d\r\n" % len(BODY), b""), "head"), B, Close()),
    ),
    "malformed-chunk": (
        "malformed-chunk",
        (
            Send(
                HEAD.replace(b"Content-Length: %d\r\n" % len(BODY), b"Transfer-Encoding: chunked\r\n"), "head"
            ),
            Send(b"%x\r\n%b\r\nzz\r\n%b" % (len(HALF), HALF, REST)),
            Close(),
        ),
    ),
    "bom": ("bom", (headed("Content-Length", str(len(BODY) + 3)), Send(b"\xef\xbb\xbf" + BODY))),
    "invalid-utf8": (
        "invalid-utf8",
        (headed("Content-Length", str(len(BODY) + 1)), Send(BODY.replace(b'"Success', b'"\xffSuccess'))),
    ),
    "truncated-json": ("truncated-json", (headed("Content-Length", str(len(HALF))), Send(HALF))),
    "truncated-json, the last byte": (
        {"truncated-json": 1},
        (headed("Content-Length", str(len(BODY) - 1)), Send(BODY[:-1])),
    ),
    "truncated-json, all of it": ({"truncated-json": 0}, (headed("Content-Length", "0"),)),
    "content-type": ("content-type", (headed("Content-Type", "text/html"), B)),
    "content-type, charset": (
        {"content-type": "application/json; charset=UTF-16"},
        (headed("Content-Type", "application/json; charset=UTF-16"), B),
    ),
    "informational": ("informational", (Send(b"HTTP/1.1 103 Early Hints\r\n\r\n", "early"), H, B)),
    "informational, 100": (
        {"informational": 100},
        (Send(b"HTTP/1.1 100 Continue\r\n\r\n", "early"), H, B),
    ),
    "big-headers": (
        {"big-headers": {"bytes": 100, "count": 2}},
        (
            Send(
                HEAD[:-2] + (b"X-Padding-1: %b\r\nX-Padding-2: %b\r\n\r\n" % (b"x" * 35, b"x" * 35)), "head"
            ),
            B,
        ),
    ),
}


@pytest.mark.parametrize(("item", "script"), SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_fault_makes_this_script(item: Any, script: Script) -> None:
    assert spoiled(item) == script


def test_garbage_is_drawn_and_never_begins_a_status_line() -> None:
    script = spoiled({"garbage": {"bytes": 64}})
    assert script[1:] == (Close(),)
    assert len(sent(script)) == 64
    assert sent(script)[0] == 0
    assert script != spoiled({"garbage": 64}, seed="t")


def test_trailing_garbage_is_counted_and_makes_the_body_no_json() -> None:
    script = spoiled({"trailing-garbage": {"bytes": 7}})
    body = octets(script, "body")
    assert body.startswith(BODY)
    assert content_length(script) == len(body) == len(BODY) + 7
    with pytest.raises(json.JSONDecodeError, match="Extra data"):
        json.loads(body)


@given(st.binary(min_size=1, max_size=3000))
def test_broken_gzip_cannot_be_decompressed(body: bytes) -> None:
    script = spoiled("broken-gzip", script=answer(body))
    assert header(script, "Content-Encoding") == "gzip"
    assert content_length(script) == len(octets(script, "body"))
    with pytest.raises((zlib.error, OSError, EOFError)):
        gzip.decompress(octets(script, "body"))


@given(st.integers(1, 60_000), st.integers(1, 500))
def test_big_headers_are_as_big_as_asked_where_the_names_leave_room(size: int, count: int) -> None:
    script = spoiled({"big-headers": {"bytes": size, "count": count}})
    added = octets(script, "head")[len(HEAD) - 2 : -2]
    assert len(added) == max(size, sum(len(f"X-Padding-{n + 1}: \r\n") for n in range(count)))
    assert added.count(b"\r\n") == count


@given(st.binary(min_size=1, max_size=300), st.integers(0, 100))
def test_invalid_utf8_adds_one_byte_that_no_utf8_text_has(body: bytes, seed: int) -> None:
    script = spoiled("invalid-utf8", script=answer(body), seed=seed)
    assert octets(script, "body").count(b"\xff") == body.count(b"\xff") + 1
    assert len(octets(script, "body")) == content_length(script) == len(body) + 1


def test_invalid_utf8_leaves_json_to_a_reader_that_does_not_mind() -> None:
    body = b'{"a":"b","c":{"d":"e"},"n":1}'
    places = {octets(spoiled("invalid-utf8", script=answer(body), seed=n), "body") for n in range(30)}
    assert len(places) == 2
    assert all(json.loads(text.decode(errors="replace")) for text in places)


# How faults go together

CHAINS: dict[str, tuple[list[Any], Script]] = {
    "late reset": ([{"latency": "1s"}, "reset"], (Wait(1.0), Reset())),
    "reset, late": (["reset", {"latency": "1s"}], (Wait(1.0), Reset())),
    "late in the middle and cut": (
        [{"latency": {"fixed": "1s", "at": "body"}}, {"cut": 4}],
        (H, Wait(1.0), Send(BODY[:4]), Close()),
    ),
    "dribbled and cut": (
        [{"dribble": {"bytes": 10, "every": "1s"}}, {"cut": 12}],
        (H, Wait(1.0), Send(BODY[:10]), Wait(1.0), Send(BODY[10:12]), Close()),
    ),
    "an interim answer, then late": (
        ["informational", {"latency": "1s"}],
        (Send(b"HTTP/1.1 103 Early Hints\r\n\r\n", "early"), Wait(1.0), H, B),
    ),
    "a lie stays a lie": (
        [{"content-length": -1}, "bom"],
        (headed("Content-Length", str(len(BODY) + 2)), Send(b"\xef\xbb\xbf" + BODY)),
    ),
    "no length, closed late": (
        ["close", {"slow-close": "1s"}],
        (H, B, Wait(1.0), Close()),
    ),
    "what is broken stays broken": (["reset", "close", "content-type", "bom", "cut"], (Reset(),)),
    "garbage, cut": ([{"garbage": 1}, {"cut": 0}], (Close(),)),
}


@pytest.mark.parametrize(("items", "script"), CHAINS.values(), ids=CHAINS.keys())
def test_faults_in_a_chain_make_this_script(items: list[Any], script: Script) -> None:
    assert spoiled(*items) == script


def test_a_header_is_changed_where_it_stands_though_the_head_is_sliced() -> None:
    script = spoiled({"slicer": 3}, {"content-type": "text/plain"})
    assert octets(script, "head") == HEAD.replace(b"application/json; charset=UTF-8", b"text/plain")
    assert len(script) > 100


@pytest.mark.slow
def test_no_answer_is_cut_into_more_pieces_than_a_server_can_bear() -> None:
    long = answer(b"x" * 1_000_000)
    for item in ({"slicer": 1}, {"bandwidth": 1}, {"dribble": {"bytes": 1, "every": "1ms"}}):
        script = spoiled(item, item, script=long)
        assert sent(script) == sent(long)
        assert len(waits(script)) <= 2 * MOST_PIECES + 10
    assert sum(waits(spoiled({"bandwidth": 1000}, script=long))) == pytest.approx(len(sent(long)) / 1000)


OF_THE_BODY = [
    "dribble",
    "reset-mid-body",
    "cut",
    "malformed-chunk",
    "bom",
    "invalid-utf8",
    "truncated-json",
    "trailing-garbage",
    "broken-gzip",
    "gzip",
    {"charset": "UTF-16"},
    {"hang": {"at": "body"}},
    {"latency": {"fixed": "1s", "at": "body"}},
]


@pytest.mark.parametrize("item", OF_THE_BODY, ids=str)
@pytest.mark.parametrize("script", [BODILESS, EMPTY], ids=["HEAD", "size 0"])
def test_a_fault_of_the_body_leaves_an_answer_without_one_as_it_is(item: Any, script: Script) -> None:
    assert spoiled(item, script=script) == script


@given(st.floats(0.001, 100), st.integers(1, 70), st.integers(1, 3000))
def test_a_dribbled_body_takes_as_long_as_asked(over: float, chunks: int, length: int) -> None:
    item = {"dribble": {"chunks": chunks, "over": f"{over:.6f}s"}}
    script = spoiled(item, script=answer(b"x" * length))
    assert sum(waits(script)) == pytest.approx(over, abs=1e-5)
    assert len(waits(script)) <= chunks
