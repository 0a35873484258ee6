"""Bundled scenarios of moments and crowds do to a real HTTP client what their descriptions say."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from conftest import ids
from oifde_simulator.rules.effect import PROVENANCE
from oifde_simulator.runtime.server import Simulator
from playing import NOON, Client, MovableClock, plays
from serving import Peer, post, running

MIDNIGHT = NOON + 12 * 3600 * 1000


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock(NOON)


@pytest.fixture(scope="module")
def server(clock: MovableClock) -> Iterator[Simulator]:
    with running(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def client(server: Simulator, tenant: str, clock: MovableClock) -> Iterator[Client]:
    client = Client(server, tenant, clock)
    with client.http:
        yield client


# Down and up


@plays("outage-after")
def test_after_a_good_start_it_is_down_for_five_seconds(client: Client) -> None:
    assert client.statuses(11) == [200] * 9 + [503] * 2
    client.clock.move(4.9)
    assert client.ask_token().status_code == 503
    client.clock.move(0.1)
    assert client.statuses(12) == [200] * 12


@plays("maintenance")
def test_maintenance_is_announced_comes_and_goes(client: Client) -> None:
    announced = client.query()
    assert announced.headers["X-Maintenance"] == "Thu, 15 Jan 2026 12:00:05 GMT"
    assert (announced.status_code, announced.headers[PROVENANCE]) == (200, "announced")
    client.clock.move(5)
    down = client.query()
    assert (down.status_code, down.headers["Retry-After"]) == (503, "1")
    assert "X-Maintenance" not in down.headers
    client.clock.move(9.9)
    assert client.query().headers[PROVENANCE] == "warming-up; fault=latency"
    client.clock.move(0.1)
    assert PROVENANCE not in client.query().headers


@plays("third-user")
def test_the_third_user_brings_the_failure(client: Client) -> None:
    found = [client.query(userMobile=f"1800000000{place}").status_code for place in (1, 2, 1, 2, 3, 1, 2)]
    assert found == [200, 200, 200, 200, 500, 500, 500]


@plays("too-many-at-once")
def test_the_sixth_query_at_once_fails(client: Client) -> None:
    with ExitStack() as stack:
        peers = [stack.enter_context(Peer(client.url)) for _ in range(12)]
        for peer in peers:  # all are sent before the first answer is read
            peer.send(post(client.body()))
        found = [peer.answer().status for peer in peers]
    assert 5 <= found.count(200) < 12
    assert found.count(503) == 12 - found.count(200)
    assert client.statuses(3) == [200] * 3


@plays("retry-after-date")
def test_a_client_is_told_a_date(client: Client) -> None:
    assert client.statuses(6) == [200] * 5 + [429]
    assert client.query().headers["Retry-After"] == "Thu, 15 Jan 2026 12:00:03 GMT"
    assert client.query(authToken=client.token()).status_code == 200
    client.clock.move(3)
    assert client.statuses(1) == [200]


# Tokens


@plays("gettoken-midnight")
def test_gettoken_is_down_after_midnight(client: Client) -> None:
    found = []
    for milliseconds in (-1, 0, 89_999, 90_000, 24 * 3600 * 1000):
        client.clock.set(MIDNIGHT + milliseconds)
        found.append(client.ask_token().status_code)
    assert found == [200, 502, 502, 200, 502]
    assert client.ask_token().headers["Content-Type"] == "text/html"
    assert client.answer()["errorCode"] == 0


# Slow


@pytest.mark.slow(seconds=1)
@plays("slow-and-flaky")
def test_every_answer_is_slow_and_the_fifth_fails_too(client: Client) -> None:
    answers = [client.query() for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [503]
    assert min(answer.elapsed.total_seconds() for answer in answers) >= 0.2
    assert [answer.headers[PROVENANCE] for answer in answers[3:]] == [
        "slow; fault=latency",
        "slow; fault=latency, flaky",
    ]


# The text


@plays("gzip")
def test_a_client_that_did_not_ask_gets_gzip(client: Client) -> None:
    headers = {"Accept-Encoding": "identity"}
    with client.http.stream("POST", "/oifde/rest/api/queryRecordHistory", content=client.body(),
                            headers=headers) as answer:  # fmt: skip
        packed = b"".join(answer.iter_raw())
    assert answer.headers["Content-Encoding"] == "gzip"
    assert ids(httpx.Response(200, content=gzip.decompress(packed)).json()) == client.honest()


@plays("gbk")
def test_chinese_text_is_in_gbk(client: Client) -> None:
    answer = client.query()
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()
    assert "recordList" in answer.content.decode("gbk")


# Fields


@plays("times-in-seconds")
def test_records_begin_in_seconds(client: Client) -> None:
    for record in client.answer()["recordList"]:
        assert 1_600_000_000 < record["startTime"] <= record["endTime"] < 2_000_000_000


@plays("many-turns")
def test_the_first_record_has_very_many_turns(client: Client) -> None:
    first, second, *_ = client.answer()["recordList"]
    assert len(first["recordDetials"]) >= 5000 > len(second["recordDetials"])
