"""Memory stays within its bounds, whatever clients send and however large it is."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from multidict import CIMultiDict

from conftest import GETTOKEN, QUERY
from engines import Engine
from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.journal.head_capture import HeadCapture
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.wiremock.patterns.distance import text_distance
from oifde_simulator.wiremock.patterns.jsonpath.path import compile_path
from oifde_simulator.wiremock.patterns.regexes import full_match

SCENARIO = """
tenant: {tokens: any, token_uses: 100000}
rules:
  - {match: {request: {pageNum: "9"}}, per: [userMobile, callId], times: 1, respond: {status: 503}}
  - {match: {request: {pageNum: "8"}}, token: revoke}
"""
SIZE = 64 << 10
"""Bytes of what is sent, as text."""
MIB = 1 << 20


def long(number: int, size: int = SIZE) -> str:
    """Make a text that no other number gives."""
    return f"{number:08}" + f"{number:x}".rjust(4, "-") * (size // 4)


SENT: dict[str, tuple[str, Callable[[int], dict[str, Any]]]] = {
    "a token": (QUERY, lambda n: {"tenantId": "acme", "authToken": long(n)}),
    "a token that is counted": (
        QUERY,
        lambda n: {"tenantId": "acme", "authToken": long(n), "userMobile": "1", "pageNum": "8"},
    ),
    "a secret": (GETTOKEN, lambda n: {"appKey": "acme", "appSecret": long(n)}),
    "a field's name": (QUERY, lambda n: {"tenantId": "acme", long(n): "1"}),
    "the name of a credential": (QUERY, lambda n: {"tenantId": "acme", "token" + long(n): "12345678"}),
    "an unknown tenant": (QUERY, lambda n: {"tenantId": long(n), "authToken": "x"}),
    "an unknown key": (GETTOKEN, lambda n: {"appKey": long(n), "appSecret": "x"}),
    "values that rules count": (
        QUERY,
        lambda n: {"tenantId": "acme", "authToken": "x", "userMobile": long(n), "pageNum": "9"},
    ),
    "many credentials": (
        QUERY,
        lambda n: {"tenantId": "acme"} | {f"token{n}-{each}": f"{each:08}" for each in range(SIZE // 50)},
    ),
    "nested lists": (QUERY, lambda n: {"tenantId": "acme", "x": [n, [[]] * (SIZE // 20)]}),
    "bodies of the cached size": (QUERY, lambda n: {"tenantId": "acme", "x": [n, [[]] * 240]}),
}  # fmt: skip
LONG_TEXTS = list(SENT)[:8]
"""Requests with one long text each: the others take so long that 30 have to do."""


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Log nothing: what pytest captures takes memory too."""
    caplog.set_level("CRITICAL", "oifde_simulator.exchanges")


def engine() -> Engine:
    """Serve a tenant whose rules and tokens count, with a small journal: it has bounds of its own."""
    from oifde_simulator.state.memory.journal_store import Bounds
    from oifde_simulator.state.memory.state import MemoryState

    state = MemoryState(Bounds(10, MIB, MIB))
    return Engine({"acme": loader.loads(SCENARIO.encode(), "acme.yaml", "acme")}, state=state)


def grown(engine: Engine, path: str, body: Callable[[int], dict[str, Any]], requests: int) -> int:
    """Send requests; the bytes that are kept of them beyond those of the first ten."""
    for number in range(10):
        ask(engine, path, body(number))
    tracemalloc.start()
    try:
        for number in range(10, requests):
            ask(engine, path, body(number))
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def ask(engine: Engine, path: str, body: dict[str, Any]) -> None:
    engine.handle(Request("POST", path, CIMultiDict(), json.dumps(body).encode()))


@pytest.mark.slow(seconds=0.4)
@pytest.mark.parametrize(("path", "body"), SENT.values(), ids=SENT.keys())
def test_large_requests_leave_little_behind(path: str, body: Callable[[int], dict[str, Any]]) -> None:
    # 20 requests of 64 KiB: what kept each of them would take 1.25 MiB, and ten times that with its forms.
    assert grown(engine(), path, body, 30) < MIB
    assert all(cache.weight <= cache.bound for cache in BoundedCache.every)


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("name", LONG_TEXTS)
def test_hundreds_of_large_requests_leave_little_behind(name: str) -> None:
    # 300 texts of 64 KiB are 19 MiB: caches that are full by then have given back what came first.
    assert grown(engine(), *SENT[name], 300) < 16 * MIB
    assert all(cache.weight <= cache.bound for cache in BoundedCache.every)


@pytest.mark.slow(seconds=1)
def test_heads_of_many_short_headers_leave_little_behind() -> None:
    heads = HeadCapture(Redactor("0"))
    tracemalloc.start()
    try:
        for number in range(60):
            heads.capture("POST", f"/{number}", tuple((f"{number}-{each}", "") for each in range(500)))
        assert tracemalloc.get_traced_memory()[0] < 5 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize(
    "remember",
    [
        lambda n: text_distance(long(n), long(n + 1)),
        lambda n: full_match(f"a{n}" * 90),
        lambda n: compile_path(f"$.a{n}" + "[0]" * 250),
        lambda n: Redactor("0").fingerprint(long(n, 2000)),
    ],
    ids=["distances", "regular expressions", "JSONPaths", "fingerprints"],
)
def test_what_control_calls_send_leaves_little_behind(remember: Callable[[int], object]) -> None:
    tracemalloc.start()
    try:
        for number in range(30):
            remember(number)
        assert tracemalloc.get_traced_memory()[0] < 4 * MIB
    finally:
        tracemalloc.stop()
    assert all(cache.weight <= cache.bound for cache in BoundedCache.every)
