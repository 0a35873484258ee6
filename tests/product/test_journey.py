"""The whole journey: jobs that know the vendor's documents only load a day's calls with their recordings."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engines import Engine
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.scenario import loader
from playing import MovableClock
from recording_etl import CHAT, RecordingEtl
from serving import PATIENCE, REPOSITORY, running
from virtual_wire import VirtualHttp
from wav_sound import keys_of

GOOD_DAY = (REPOSITORY / "scenarios" / "good-day.yaml").read_text()
BUSY = GOOD_DAY.replace("generate: {}", "generate: {per_day: 3}")
USERS = [f"180000000{number:02}" for number in range(20)]
DAY = ("2026-02-10 00:00:00", "2026-02-10 23:59:59")
JUST_AFTER = 1_770_768_030_000
"""2026-02-11 00:00:30 UTC: a call of the day still goes on."""
MINUTE = 60.0
NODE_JOB = REPOSITORY / "tests" / "support" / "recording_etl.mjs"
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
        self.etl = RecordingEtl(self._post, database, "good-day", "secret")

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


# Over sockets, in another language


def node(simulator: Simulator, folder: Path, done: Sequence[str]) -> list[dict[str, Any]]:
    """Run the job in Node and return the calls that it prints."""
    (folder / "ca.pem").write_bytes(simulator.ca_pem or b"")
    begin, end = DAY
    job = {"url": simulator.data_url, "tenant": "good-day", "secret": "secret", "users": USERS}
    ran = subprocess.run(
        ["node", str(NODE_JOB)],
        input=json.dumps(job | {"begin": begin, "end": end, "done": done}),
        env={"NODE_EXTRA_CA_CERTS": str(folder / "ca.pem")} | path(),
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def path() -> dict[str, str]:
    """Name the folder of Node, and nothing else of this environment."""
    return {"PATH": str(Path(shutil.which("node") or "node").parent)}


def keep(database: sqlite3.Connection, calls: Sequence[Mapping[str, Any]]) -> None:
    fields = ("callId", "user", "dialogType", "startTime", "endTime", "state", "milliseconds", "sha256")
    values = [[call.get(name) for name in fields] for call in calls]
    database.executemany("insert or replace into calls values (?, ?, ?, ?, ?, ?, ?, null, ?)", values)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="without Node")
def test_a_job_in_node_loads_the_same_day_over_tls(
    clock: MovableClock, database: sqlite3.Connection, tmp_path: Path
) -> None:
    (tmp_path / "good-day.yaml").write_text(BUSY)
    scenario = tmp_path / "good-day.yaml"
    RecordingEtl(lambda *_: (500, b""), database, "good-day", "secret")  # for its table
    with running(tls="auto", scenarios=(scenario,), clock=clock) as simulator:
        first = node(simulator, tmp_path, [])
        keep(database, first)
        pending = {call["callId"] for call in first if call["state"] == "pending"}
        assert pending
        clock.move(10 * MINUTE)
        second = node(simulator, tmp_path, [call["callId"] for call in first if call["state"] != "pending"])
        assert {call["callId"] for call in second} >= pending
        keep(database, second)
    check_whole(database)
    assert len(rows(database, "call_id")) == len({call["callId"] for call in (*first, *second)})
