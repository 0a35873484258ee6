"""Every fault as a value: what it makes of a script, and the laws that hold for any chain of them."""

from __future__ import annotations

import gzip
import json
import zlib
from math import isfinite
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator import faults
from oifde_simulator.faults import FAULTS, Fault, FaultError, build, spoil
from oifde_simulator.faults.distributions import Distribution, Fixed, Lognormal, Percentiles, Ramp, Uniform
from oifde_simulator.faults.head import ContentType
from oifde_simulator.faults.pacing import MOST_PIECES
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.model.http import JSON_UTF8, Request, Response
from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.wire.script import Close, Part, Reset, Script, Send, Wait, header, octets, with_header

PARTS: tuple[Part, ...] = ("early", "head", "body")
BODY = b'{"errorCode":0,"errorMsg":"Success","total":2,"recordList":[]}'
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nServer: oifde-simulator\r\n"
    b"Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: %d\r\n\r\n" % len(BODY)
)
WHOLE = (Send(HEAD, "head"), Send(BODY, "body"))
BODILESS = (Send(HEAD, "head"),)
EMPTY = (Send(HEAD.replace(b"Length: %d" % len(BODY), b"Length: 0"), "head"),)


def answer(body: bytes = BODY, *, method: str = "POST", status: int = 200, keep_alive: bool = True) -> Script:
    request = Request(method, "/", {}, keep_alive=keep_alive)
    return Response(status, body, JSON_UTF8).script(request, 0)


def spoiled(*items: Any, script: Script = WHOLE, elapsed: float = 0.0, seed: object = "s") -> Script:
    return spoil(script, [build(item) for item in items], KeyedRandom(key(seed)), elapsed)


def sent(script: Script) -> bytes:
    return b"".join(action.octets for action in script if isinstance(action, Send))


def waits(script: Script) -> list[float]:
    return [action.seconds for action in script if isinstance(action, Wait)]


def end(script: Script) -> Close | Reset | None:
    return script[-1] if script and isinstance(script[-1], Close | Reset) else None


def told(script: Script) -> int:
    return int(header(script, "Content-Length") or -1)


def test_the_honest_answer_is_what_these_tests_take_it_for() -> None:
    assert answer() == WHOLE
    assert answer(method="HEAD") == BODILESS
    assert answer(b"") == EMPTY


# What each fault makes of an answer

HALF = BODY[: len(BODY) // 2]
REST = BODY[len(BODY) // 2 :]
H, B = Send(HEAD, "head"), Send(BODY, "body")


def headed(name: str, value: str) -> Send:
    """The honest head with another value of one header."""
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
    "cut after more than there is": ({"cut": "1KiB"}, (H, B, Close())),
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
    "content-length, told": ({"content-length": {"value": 5}}, (headed("Content-Length", "5"), B)),
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
    assert told(script) == len(body) == len(BODY) + 7
    with pytest.raises(json.JSONDecodeError, match="Extra data"):
        json.loads(body)


@given(st.binary(min_size=1, max_size=3000))
def test_broken_gzip_cannot_be_decompressed(body: bytes) -> None:
    script = spoiled("broken-gzip", script=answer(body))
    assert header(script, "Content-Encoding") == "gzip"
    assert told(script) == len(octets(script, "body"))
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
    assert len(octets(script, "body")) == told(script) == len(body) + 1


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


def test_no_answer_is_cut_into_more_pieces_than_a_server_can_bear() -> None:
    long = answer(b"x" * 1_000_000)
    for item in ({"slicer": 1}, {"bandwidth": 1}, {"dribble": {"bytes": 1, "every": "1ms"}}):
        script = spoiled(item, item, script=long)
        assert sent(script) == sent(long)
        assert len(waits(script)) <= 2 * MOST_PIECES + 10
    assert sum(waits(spoiled({"bandwidth": 1000}, script=long))) == pytest.approx(len(sent(long)) / 1000)


# Laws

DURATIONS = st.sampled_from(["0ms", "1ms", "0.5s", "2s", "1h"])
SIZES = st.one_of(st.integers(1, 400), st.just("1KiB"))
SHARES = st.floats(0, 1)
NOTHING = st.sampled_from([None, True])
WHERE = st.sampled_from(["head", "body"])
LATENCIES = st.one_of(
    DURATIONS,
    st.fixed_dictionaries({"fixed": DURATIONS, "at": WHERE}),
    st.fixed_dictionaries({"at": WHERE, "uniform": st.just({"min": "1ms", "max": "2s"})}),
    st.just({"lognormal": {"median": "20ms"}}),
    st.just({"percentiles": {"p50": "1ms", "p95": "2ms", "p99": "3ms"}}),
    st.just({"ramp": {"from": "1ms", "to": "2s", "over": "3s"}}),
)
AMOUNTS = st.one_of(SHARES, st.integers(0, 400), st.just("1KiB"))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "latency": LATENCIES,
    "dribble": st.one_of(
        NOTHING,
        st.fixed_dictionaries({"over": DURATIONS, "chunks": st.integers(1, 20)}),
        st.fixed_dictionaries({"bytes": SIZES, "every": DURATIONS}),
    ),
    "bandwidth": SIZES,
    "slicer": st.one_of(NOTHING, SIZES, st.fixed_dictionaries({"bytes": SIZES, "every": DURATIONS})),
    "hang": st.one_of(NOTHING, DURATIONS, st.fixed_dictionaries({"at": WHERE})),
    "empty-response": NOTHING,
    "reset": NOTHING,
    "reset-mid-body": st.one_of(NOTHING, AMOUNTS),
    "cut": st.one_of(
        NOTHING, st.integers(0, 400), SIZES.map(lambda n: {"bytes": n}), SHARES.map(lambda n: {"share": n})
    ),
    "garbage": st.one_of(NOTHING, SIZES),
    "slow-close": st.one_of(NOTHING, DURATIONS),
    "close": NOTHING,
    "content-length": st.one_of(
        st.integers(-300, 300).filter(bool), st.integers(0, 500).map(lambda n: {"value": n})
    ),
    "no-content-length": NOTHING,
    "malformed-chunk": st.one_of(NOTHING, AMOUNTS),
    "bom": NOTHING,
    "invalid-utf8": NOTHING,
    "truncated-json": st.one_of(NOTHING, SHARES),
    "trailing-garbage": st.one_of(NOTHING, SIZES),
    "broken-gzip": NOTHING,
    "content-type": st.one_of(
        NOTHING, st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1)
    ),
    "big-headers": st.one_of(NOTHING, st.fixed_dictionaries({"bytes": SIZES, "count": st.integers(1, 5)})),
    "informational": st.one_of(NOTHING, st.sampled_from([100, 102, 103])),
}
ITEMS = st.sampled_from(sorted(VALUES)).flatmap(lambda name: VALUES[name].map(lambda value: {name: value}))
ANSWERS = st.builds(
    answer,
    st.one_of(st.sampled_from([b"", b"{", BODY]), st.binary(max_size=300)),
    method=st.sampled_from(["POST", "HEAD"]),
    status=st.sampled_from([200, 503]),
    keep_alive=st.booleans(),
)
ELAPSED = st.floats(0, 1e6)


def playable(script: Script) -> bool:
    """Whether a delivery can play it: see `oifde_simulator.wire.script`."""
    sends = [action for action in script if isinstance(action, Send)]
    order = [PARTS.index(action.part) for action in sends]
    return (
        all(action.octets for action in sends)
        and order == sorted(order)
        and all(isfinite(seconds) and seconds >= 0 for seconds in waits(script))
        and not any(isinstance(action, Close | Reset) for action in script[:-1])
    )


def test_the_laws_are_tried_with_every_fault() -> None:
    assert VALUES.keys() == FAULTS.keys()


@given(st.lists(ITEMS, max_size=6), st.one_of(ANSWERS, st.just(())), ELAPSED)
def test_any_chain_of_faults_gives_a_playable_script(
    items: list[Any], script: Script, elapsed: float
) -> None:
    assert playable(spoiled(*items, script=script, elapsed=elapsed))


@given(st.lists(ITEMS, max_size=6), ANSWERS, st.integers(), ELAPSED)
def test_the_same_draw_gives_the_same_script(
    items: list[Any], script: Script, seed: int, elapsed: float
) -> None:
    first, second = (spoiled(*items, script=script, elapsed=elapsed, seed=seed) for _ in range(2))
    assert first == second


@given(st.lists(ITEMS, max_size=5), st.lists(LATENCIES, max_size=3), st.data(), ANSWERS, ELAPSED)
def test_latency_in_any_chain_never_changes_the_bytes(
    items: list[Any], latencies: list[Any], data: st.DataObject, script: Script, elapsed: float
) -> None:
    late = list(items)
    for latency in latencies:
        late.insert(data.draw(st.integers(0, len(late))), {"latency": latency})
    without, having = spoiled(*items, script=script), spoiled(*late, script=script, elapsed=elapsed)
    for part in PARTS:
        assert octets(having, part) == octets(without, part)
    assert end(having) == end(without)


@given(
    st.lists(st.one_of(*(VALUES[n].map(lambda v, n=n: {n: v}) for n in ("dribble", "bandwidth", "slicer"))))
)
def test_pacing_never_changes_the_bytes(items: list[Any]) -> None:
    script = spoiled(*items)
    assert [octets(script, part) for part in PARTS] == [b"", HEAD, BODY]
    assert end(script) is None


@given(
    st.lists(ITEMS.filter(lambda item: "garbage" not in item), max_size=6), st.sampled_from([BODILESS, EMPTY])
)
def test_an_answer_without_a_body_never_gets_one(items: list[Any], script: Script) -> None:
    assert octets(spoiled(*items, script=script), "body") == b""


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


# Latency


def shares(distribution: Distribution, *bounds: float) -> list[float]:
    """Of 2,000 samples, the share that does not exceed each bound."""
    values = [distribution.sample(KeyedRandom(key("law", number)), 0.0) for number in range(2000)]
    return [sum(value <= bound + 1e-12 for value in values) / len(values) for bound in bounds]


# distribution, bounds, shares of values within them: beyond 4 standard errors of a share of 2,000
LAWS: dict[str, tuple[Distribution, tuple[float, ...], tuple[float, ...]]] = {
    "fixed": (Fixed(0.2), (0.199, 0.2), (0, 1)),
    "uniform": (Uniform(0.1, 0.3), (0.0999, 0.15, 0.2, 0.25, 0.3), (0, 0.25, 0.5, 0.75, 1)),
    "uniform, a point": (Uniform(0.1, 0.1), (0.0999, 0.1), (0, 1)),
    # median * exp(sigma * z): z = 1 has 84.13 % below, z = 2 has 97.72 %
    "lognormal": (
        Lognormal(0.08, 0.6, 5.0),
        (0.08 / 1.8221188, 0.08, 0.08 * 1.8221188, 0.08 * 3.3201169, 5.0),
        (0.1587, 0.5, 0.8413, 0.9772, 1),
    ),
    "lognormal, capped": (Lognormal(0.08, 1.0, 0.1), (0.08, 0.0999, 0.1), (0.5, 0.588, 1)),
    "lognormal, no cap": (Lognormal(0.01, 3.0), (0.01, 0.0999, 0.1), (0.5, 0.7786, 1)),
    "percentiles": (
        Percentiles(0.08, 0.4, 2.0),
        (0.04, 0.06, 0.08, 0.4, 1.9999, 2.0),
        (0, 0.25, 0.5, 0.95, 0.99, 1),
    ),
    "percentiles, capped": (Percentiles(0.1, 0.2, 0.3, 9.0), (0.1, 0.2, 0.3, 9.0), (0.5, 0.95, 0.99, 1)),
}


@pytest.mark.parametrize(("distribution", "bounds", "expected"), LAWS.values(), ids=LAWS.keys())
def test_2000_samples_match_what_was_asked(
    distribution: Distribution, bounds: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    for found, asked in zip(shares(distribution, *bounds), expected, strict=True):
        assert found == pytest.approx(asked, abs=4 * (max(asked * (1 - asked), 0) / 2000) ** 0.5 + 1e-9)


@given(st.lists(st.floats(0, 100), min_size=4, max_size=4).map(sorted), st.floats(0, 1), st.floats(0, 1))
def test_percentiles_are_monotone_and_bounded(knots: list[float], one: float, other: float) -> None:
    law = Percentiles(*knots)
    low, high = sorted((one, other))
    assert law.at(low) <= law.at(high) * (1 + 1e-12)
    assert knots[0] / 2 <= law.at(low) <= knots[3] * (1 + 1e-12)
    assert [law.at(share) for share in (0.5, 0.95, 0.99)] == pytest.approx(knots[:3])


RAMP = Ramp(1.0, 3.0, 10.0)


@pytest.mark.parametrize(("elapsed", "seconds"), [(-5, 1), (0, 1), (5, 2), (10, 3), (1e9, 3)])
def test_a_ramp_follows_the_tenants_clock_and_then_stays(elapsed: float, seconds: float) -> None:
    assert RAMP.sample(KeyedRandom(b"any"), elapsed) == seconds
    item = {"latency": {"ramp": {"from": "1s", "to": "3s", "over": "10s"}}}
    assert spoiled(item, elapsed=elapsed)[0] == Wait(seconds)


def test_a_ramp_over_no_time_is_at_its_end() -> None:
    assert Ramp(1.0, 3.0, 0.0).sample(KeyedRandom(b"any"), 0.0) == 3.0


# From a scenario's words

EXAMPLES = [(name, example) for name, fault in FAULTS.items() for example in fault.settings["examples"]]
DECLARED = Schema(faults.schema())


@pytest.mark.parametrize(("name", "value"), EXAMPLES, ids=[f"{name} {value}" for name, value in EXAMPLES])
def test_every_example_fits_the_schema_and_makes_its_fault(name: str, value: Any) -> None:
    assert DECLARED.accepts({name: value})
    fault = build({name: value})
    assert isinstance(fault, FAULTS[name])
    assert faults.name(fault) == name


BARE = sorted(FAULTS.keys() - {"latency", "bandwidth", "content-length"})


@pytest.mark.parametrize("name", FAULTS)
def test_a_bare_name_is_enough_where_every_setting_has_a_default(name: str) -> None:
    assert DECLARED.accepts(name) == DECLARED.accepts({name: None}) == DECLARED.accepts({name: True})
    assert DECLARED.accepts(name) == (name in BARE)
    if name in BARE:
        assert build(name) == build({name: None}) == build({name: True}) == build({name: {}})
    else:
        with pytest.raises(FaultError):
            build(name)


DEFAULTS = {
    name: {setting: said["default"] for setting, said in FAULTS[name].settings["properties"].items()}
    for name in BARE
    if name not in ("dribble", "cut")
} | {
    "dribble": {"chunks": 10, "over": "1s"},
    "cut": {"share": 0.5},
}


@pytest.mark.parametrize(("name", "value"), DEFAULTS.items(), ids=DEFAULTS)
def test_defaults_are_what_the_schema_says(name: str, value: dict[str, Any]) -> None:
    declared = FAULTS[name].settings["properties"]
    assert all(declared[setting]["default"] == default for setting, default in value.items())
    assert spoiled({name: value}) == spoiled(name)


@pytest.mark.parametrize("name", FAULTS)
def test_every_setting_has_a_title_a_description_and_examples_that_fit(name: str) -> None:
    def walk(declared: Any) -> None:
        assert declared["title"]
        assert declared["description"].endswith(".")
        schema = Schema(dict(declared))
        assert declared["examples"]
        assert all(schema.accepts(example) for example in declared["examples"])
        for inner in declared.get("properties", {}).values():
            walk(inner)

    walk(FAULTS[name].settings)


# item, where, a part of what is said
MISTAKES: dict[str, tuple[Any, tuple[str, ...], str]] = {
    "an unknown name": ("latancy", ("latancy",), 'unknown fault "latancy"; did you mean "latency"?'),
    "an unknown key": ({"rst": None}, ("rst",), 'unknown fault "rst"'),
    "an unknown setting": ({"cut": {"byte": 1}}, ("cut",), "'byte' was unexpected"),
    "two faults in one": ({"cut": 1, "bom": None}, (), "one key"),
    "no fault": ({}, (), "one key"),
    "a number": (7, (), "one key"),
    "a list": ([], (), "one key"),
    "false": ({"bom": False}, ("bom",), "not"),
    "a value where there is none": ({"bom": 3}, ("bom",), "3"),
    "no unit": ({"latency": 200}, ("latency",), "write a duration with its unit"),
    "no such unit": ({"latency": "2 weeks"}, ("latency",), "write a duration with its unit"),
    "a line too many": ({"latency": "2s\n"}, ("latency",), "write a duration with its unit"),
    "too long": ({"hang": "2h"}, ("hang", "limit"), "at most 1h"),
    "no latency": ({"latency": {"at": "body"}}, ("latency",), "expected one of fixed, uniform"),
    "two latencies": (
        {"latency": {"fixed": "1s", "uniform": {"min": "1s", "max": "2s"}}},
        ("latency",),
        "found 2",
    ),
    "less than the least": (
        {"latency": {"uniform": {"min": "2s", "max": "1s"}}},
        ("latency", "uniform", "max"),
        "less than min",
    ),
    "half a uniform": ({"latency": {"uniform": {"min": "2s"}}}, ("latency", "uniform"), "'max'"),
    "a cap below the median": (
        {"latency": {"lognormal": {"median": "2s", "cap": "1s"}}},
        ("latency", "lognormal", "cap"),
        "cap is less",
    ),
    "no number": (
        {"latency": {"lognormal": {"median": "2s", "sigma": float("nan")}}},
        ("latency", "lognormal", "sigma"),
        "out of range",
    ),
    "percentiles upside down": (
        {"latency": {"percentiles": {"p50": "2s", "p95": "1s", "p99": "3s"}}},
        ("latency", "percentiles", "p95"),
        "p95 is less than p50",
    ),
    "two ways to dribble": ({"dribble": {"over": "1s", "bytes": 3}}, ("dribble",), "remove one pair"),
    "two ways to cut": ({"cut": {"share": 0.5, "bytes": 3}}, ("cut",), "remove one"),
    "nothing a second": ({"bandwidth": 0}, ("bandwidth",), "from 1 to"),
    "too many bytes": ({"garbage": "9MiB"}, ("garbage", "bytes"), "from 1 to"),
    "more than all": ({"truncated-json": 1.5}, ("truncated-json",), "from 0 to 1"),
    "more than all, for bytes": ({"reset-mid-body": 1.5}, ("reset-mid-body", "after"), "share with a point"),
    "no lie": ({"content-length": 0}, ("content-length",), "0"),
    "two lies": ({"content-length": {"delta": 1, "value": 1}}, ("content-length",), "one of the two"),
    "no lie told": ({"content-length": {}}, ("content-length",), "one of the two"),
    "a header of two lines": ({"content-type": "a\r\nb: c"}, ("content-type",), "on one line"),
    "a header with an end": ({"content-type": "a\n"}, ("content-type",), "on one line"),
    "not ASCII": ({"content-type": "tëxt"}, ("content-type",), "ASCII"),
    "switching protocols": ({"informational": 101}, ("informational",), "100, 102 or 103"),
}


@pytest.mark.parametrize(("item", "path", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_its_place(item: Any, path: tuple[str, ...], message: str) -> None:
    with pytest.raises(FaultError) as caught:
        build(item)
    assert caught.value.path[: len(path)] == path
    assert message in caught.value.message


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), DURATIONS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(
                ["fixed", "uniform", "ramp", "from", "bytes", "share", "at", "delta", "value", "x"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=5,
)


@given(st.one_of(JSON, st.tuples(st.sampled_from(sorted(FAULTS)), JSON).map(lambda item: {item[0]: item[1]})))
def test_any_value_makes_a_fault_or_a_fault_error(item: Any) -> None:
    try:
        fault = build(item)
    except FaultError as error:
        assert error.message
    else:
        assert isinstance(fault, Fault)
        assert playable(spoil(WHOLE, [fault], KeyedRandom(b"any"), 1.0))


def test_no_header_is_ever_written_over_two_lines() -> None:
    with pytest.raises(FaultError):
        ContentType("a\r\nX: b")
    for value in ("a\r\nX: b", "a\n", "a\0"):
        with pytest.raises(ValueError, match="CR, LF or NUL"):
            with_header(WHOLE, "X-Any", value)


def test_a_fault_can_be_compared_and_kept() -> None:
    assert build({"cut": 40}) == build({"cut": {"bytes": 40}})
    assert len({build("reset"), build({"reset": None})}) == 1
