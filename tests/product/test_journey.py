"""The whole journey: a job that knows the vendor's documents only loads a day with its recordings."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest

from engines import Engine
from oifde_simulator.scenario import loader
from playing import MovableClock
from recording_etl import CHAT, RecordingEtl
from serving import REPOSITORY
from virtual_wire import VirtualHttp
from wav_sound import keys_of

GOOD_DAY = (REPOSITORY / "scenarios" / "good-day.yaml").read_text()
BUSY = GOOD_DAY.replace("generate: {}", "generate: {per_day: 3}")
USERS = [f"180000000{number:02}" for number in range(20)]
DAY = ("2026-10-09 00:00:00", "2026-10-09 23:59:59")
JUST_AFTER = 1_791_590_430_000
"""2026-10-10 00:00:30 UTC: a call of the day still goes on."""
MINUTE = 60.0
LATE = """
rules:
  - name: recordings-come-late
    match: {endpoint: downloadOiapRecord}
    times: 5
    respond: {error: recording-no-data}
"""


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(JUST_AFTER)


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as database:
        yield database


class Day:
    """A good day that is served in process, and the job that loads it."""

    def __init__(self, scenario: str, clock: MovableClock, database: sqlite3.Connection) -> None:
        served = loader.loads(scenario.encode(), "good-day.yaml", "good-day")
        self.http = VirtualHttp(Engine({"good-day": served}, clock=clock), clock, pace=0.0)
        self.etl = RecordingEtl(self._post, database, "good-day", "secret", pause=clock.move, now=clock.now)

    def _post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[int, bytes]:
        reply = self.http.post(path, body, headers)
        return reply.status, reply.body

    def downloads(self) -> int:
        """Count the downloads so far."""
        return sum(exchange.endpoint == "downloadOiapRecord" for exchange in self.http.exchanges)


def rows(database: sqlite3.Connection, columns: str, where: str = "true") -> list[Any]:
    return database.execute(f"select {columns} from calls where {where} order by start_ms").fetchall()


def check_whole(database: sqlite3.Connection) -> None:
    """Check that each call has its recording, as long as the call, and that chats have none."""
    calls = rows(database, "dialog_type, state, sound_ms, end_ms - start_ms")
    assert {(kind == CHAT, state) for kind, state, _, _ in calls} == {(True, "no sound"), (False, "recorded")}
    for kind, _, sound, lasted in calls:
        assert sound == (None if kind == CHAT else lasted)


@pytest.mark.slow(seconds=3)
def test_a_day_of_twenty_users_is_loaded_with_every_recording(
    clock: MovableClock, database: sqlite3.Connection
) -> None:
    day = Day(BUSY, clock, database)
    pending = day.etl.load(USERS, *DAY)
    assert pending, "no call goes on at JUST_AFTER: choose another day"
    assert rows(database, "end_ms, sound_ms", "state = 'pending'") == [(None, None)] * len(pending)
    clock.move(10 * MINUTE)
    loaded = day.downloads()
    assert day.etl.retry(*DAY) == []
    calls = [call_id for (call_id,) in rows(database, "call_id", f"dialog_type != '{CHAT}'")]
    assert day.downloads() == len(calls) > loaded
    check_whole(database)
    assert set(pending) <= {call_id for (call_id,) in rows(database, "call_id", "state != 'pending'")}
    heard = rows(database, "call_id, digits", "state = 'recorded'")
    assert all(digits == keys_of(call_id) for call_id, digits in heard)
    assert len({sound for (sound,) in rows(database, "sound", "state = 'recorded'")}) == len(calls)


def test_the_job_has_the_calls_that_a_query_of_the_whole_day_finds(
    clock: MovableClock, database: sqlite3.Connection
) -> None:
    clock.move(10 * MINUTE)
    day = Day(BUSY, clock, database)
    assert day.etl.load(USERS[:5], *DAY) == []
    for user in USERS[:5]:
        body = {"tenantId": "good-day", "authToken": "0dbe11892be840cf983453ea70b505de", "userMobile": user}
        body |= dict(zip(("beginTime", "endTime"), DAY, strict=True))
        whole = json.loads(day.http.post("/oifde/rest/api/queryRecordHistory", body).body)
        found = {record["callId"] for record in whole["recordList"]}
        assert whole["total"] == len(found)
        assert {call_id for (call_id,) in rows(database, "call_id", f"user = '{user}'")} == found


@pytest.mark.slow(seconds=1)
def test_recordings_that_come_late_are_told_and_loaded_by_the_next_run(
    clock: MovableClock, database: sqlite3.Connection
) -> None:
    clock.move(10 * MINUTE)
    day = Day(BUSY + LATE, clock, database)
    pending = day.etl.load(USERS[:6], *DAY)
    assert len(pending) == 5
    before = day.downloads()
    assert day.etl.retry(*DAY) == []
    assert day.downloads() == before + 5
    check_whole(database)
