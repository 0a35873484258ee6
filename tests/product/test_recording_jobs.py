"""Jobs in Python, Node and Java load a day's calls with their recordings, on good days and on bad ones.

Rule: each job knows the vendor's documents only. All three must end alike, as good clients do; Python's keeps
what it finds in SQLite, Node's as lines of JSON, Java's as CSV, since the JDK has no driver for a database.
"""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import h11
import pytest

from engines import Engine
from gallery_page import GROUPS
from oifde_simulator import resources
from oifde_simulator.immediate import immediate
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.population.recordings.file_names import file_name_of
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants
from playing import MovableClock
from recording_etl import FAILED, EtlError, RecordingEtl
from serving import PATIENCE, REPOSITORY, running
from virtual_wire import VirtualHttp
from wav_sound import keys_of

COMPLETE, RECORDED, NO_SOUND, PENDING = "complete", "recorded", "no sound", "pending"
JUST_AFTER = 1_770_768_030_000
"""2026-02-11 00:00:30 UTC, when the jobs begin: the day before is over."""
LATER = 4 * 3600.0
"""Seconds until they run again, for what was pending."""
YESTERDAY = ("2026-02-10 00:00:00", "2026-02-10 23:59:59")
TWO_DAYS = ("2026-02-09 00:00:00", "2026-02-10 23:59:59")
OF_2021 = ("2021-04-15 00:00:00", "2021-04-16 23:59:59")
MOST_RECORDINGS = 4
"""Recordings that a user has at most in the day, so that the jobs are quick."""


@dataclass(frozen=True)
class Case:
    """How the jobs end with one scenario."""

    states: frozenset[str] = frozenset({RECORDED})
    """States of calls that have a recording, once the job has run again."""
    end: str = COMPLETE
    at_first: str = ""
    """State that some have after the first run alone."""
    day: tuple[str, str] = YESTERDAY
    users: Sequence[str] = ()
    """Users that it has to be about; without them, the first with recordings."""
    count: int = 3
    """Users that are chosen."""


def ends(*states: str, **more: Any) -> Case:
    return Case(frozenset(states), **more)


CASES: Mapping[str, Case] = {
    "good-day": Case(count=6),
    "recording-names": Case(day=OF_2021, users=["18000000004"]),
    "recording-late": Case(at_first=PENDING, count=8),
    "recording-limit": Case(),
    "recording-foreign": ends("resultCode 0300012", PENDING, day=TWO_DAYS),
    "recording-error-as-audio": ends("resultCode 0300011"),
    "recording-error-long": ends("resultCode 0300004"),
    "recording-cut": Case(),
    "recording-short": ends("a recording that is cut"),
    "recording-thin-line": Case(),
    "recording-gateway-page": Case(),
    "recording-silent": ends("a recording that is silent"),
    "recording-of-another-call": Case(),
    "gateway-page": ends(end="HTTP 502"),
    "gateway-json": Case(),
    "forbidden": ends(end="HTTP 403"),
    "firewall-page": ends(end="HTTP 418"),
    "gettoken-rate-limited": Case(),
    "error-code-missing": Case(),
    "null-texts": Case(),
    "reply-before-request": Case(),
}
"""Scenarios of recordings and of gateways, and how a good client ends with each."""
UNSPOILED = {"good-day", "recording-names", "recording-late"}
"""Scenarios without rules."""


class Call(NamedTuple):
    """What a job knows of a call in the end."""

    state: str
    """One of the states, or the reason why there is no recording."""
    start: int
    end: int | None
    milliseconds: int | None
    digits: str | None


class Loaded(NamedTuple):
    """What came of one run of a job for one scenario."""

    end: str
    calls: Mapping[str, Call]


Run = Mapping[str, Loaded]
Asked = Mapping[str, Any]
"""What a job is asked to do for one scenario."""


def test_every_scenario_of_recordings_is_met() -> None:
    assert {*GROUPS["Recordings"], "recording-names"} <= CASES.keys()
    gateways = {name for names in GROUPS.values() for name in names if "gateway" in name}
    assert gateways | {"forbidden", "firewall-page"} <= CASES.keys()


def asked(tenants: Tenants, name: str) -> dict[str, Any]:
    """Write what a job is asked to do: the day of some users who have recordings in it."""
    case = CASES[name]
    begin, end = case.day
    users = [*case.users] or chosen(tenants, name)
    what = {"tenant": name, "secret": "secret", "users": users, "begin": begin, "end": end}
    return what | {"now": JUST_AFTER, "done": []}


def chosen(tenants: Tenants, name: str) -> list[str]:
    """Choose the users of a job: the first with a recording, and where the line is thin who says least."""
    if name == "recording-thin-line":
        over = (each for each in voiced(tenants, name) if each[1] > 0)
        return [min(islice(over, 20), key=lambda each: each[1])[0]]
    return [user for user, _ in islice(voiced(tenants, name), CASES[name].count)]


def voiced(tenants: Tenants, name: str) -> Iterator[tuple[str, int]]:
    """List users with recordings of yesterday, and the milliseconds of these; 0 where one still goes on."""
    for user in map(str, range(18_000_000_001, 18_000_001_001)):
        criteria = Criteria(user, begin=JUST_AFTER - 86_430_000, end=JUST_AFTER - 30_000)
        records = [session.record for session in immediate(tenants.select(name, criteria))]
        lasted = [lasting(each) for each in records if file_name_of(each)]
        if 0 < len(lasted) <= MOST_RECORDINGS:
            yield user, min(lasted) and sum(lasted)


def lasting(record: Mapping[str, Any]) -> int:
    """Compute the milliseconds of a call; 0 while it goes on."""
    return int(record["endTime"] - record["startTime"]) if "endTime" in record else 0


def check(name: str, first: Loaded, second: Loaded) -> None:
    """Check both runs of a job: how it ends, and that each recording is that of its call."""
    case = CASES[name]
    assert (first.end, second.end) == (case.end, case.end)
    calls = {**first.calls, **second.calls}
    assert {call.state for call in calls.values()} - {NO_SOUND} == (
        case.states if case.end == COMPLETE else set()
    )
    assert (case.at_first in {call.state for call in first.calls.values()}) == bool(case.at_first)
    for call_id, call in calls.items():
        if call.state == RECORDED:
            assert call.end is not None
            assert (call.milliseconds, call.digits) == (call.end - call.start, keys_of(call_id))


# In Python, into SQLite


class Way:
    """The way of the Python job to an engine in this process."""

    def __init__(self, name: str, clock: MovableClock) -> None:
        scenario = loader.load(resources.scenarios() / f"{name}.yaml")
        self.engine = Engine({name: scenario}, clock=clock)
        self._http = VirtualHttp(self.engine, clock, pace=0.05)

    def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[int, bytes]:
        try:
            reply = self._http.post(path, body, headers, timeout=600)
        except h11.RemoteProtocolError as broken:
            raise ConnectionError(str(broken)) from None
        return reply.status, reply.body

    def met(self) -> set[str]:
        """Name the rules that have fired."""
        return {exchange.rule for exchange in self._http.exchanges if exchange.rule}


def in_sqlite(way: Way, clock: MovableClock, database: sqlite3.Connection, job: Asked) -> Loaded:
    """Run the Python job: its users in two halves, each with a token of its own."""
    etl = RecordingEtl(way.post, database, job["tenant"], job["secret"], pause=clock.move, now=clock.now)
    half = -(-len(job["users"]) // 2)
    try:
        for users in filter(None, (job["users"][:half], job["users"][half:])):
            etl.load(users, job["begin"], job["end"])
        end = COMPLETE
    except EtlError as reason:
        end = str(reason)
    kept = "call_id, state, reason, start_ms, end_ms, sound_ms, digits"
    rows = database.execute(f"select {kept} from calls").fetchall()
    states = {row[0]: Call(row[2] if row[1] == FAILED else row[1], *row[3:]) for row in rows}
    return Loaded(end, states)


@pytest.mark.parametrize("name", CASES)
def test_the_job_in_python_fills_a_database(name: str) -> None:
    clock = MovableClock(JUST_AFTER)
    way = Way(name, clock)
    job = asked(way.engine.tenants, name)
    with closing(sqlite3.connect(":memory:")) as database:
        first = in_sqlite(way, clock, database, job)
        clock.move(LATER)
        check(name, first, in_sqlite(way, clock, database, job))
        sounds = database.execute("select sound from calls where sound is not null").fetchall()
    assert len({sound for (sound,) in sounds}) == len(sounds), "two calls have one sound"
    assert bool(way.met()) == (name not in UNSPOILED)


# Over TLS, in Node and in Java


class SteppingClock:
    """A clock that moves by a step whenever it is read, so that no client has to wait for it."""

    def __init__(self, instant: int, step: int) -> None:
        self._instant = instant
        self._step = step

    def now(self) -> int:
        """Epoch milliseconds, UTC."""
        self._instant += self._step
        return self._instant

    def move(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._instant += round(seconds * 1000)


def in_node(server: Simulator, folder: Path, jobs: Sequence[Asked]) -> Run:
    """Run the job in Node once for all scenarios."""
    ran = subprocess.run(
        [shutil.which("node") or "node", REPOSITORY / "tests" / "support" / "recording_etl.mjs"],
        input=json.dumps({"url": server.data_url, "jobs": jobs}),
        env={"NODE_EXTRA_CA_CERTS": str(folder / "ca.pem")},
        capture_output=True, text=True, timeout=6 * PATIENCE, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    found = {line["tenant"]: Loaded(line["end"], {}) for line in lines if "end" in line}
    for line in lines:
        if "callId" in line:
            times = (line["startTime"], line["endTime"], line.get("milliseconds"), line.get("digits"))
            found[line["tenant"]].calls[line["callId"]] = Call(line["state"], *times)  # type: ignore[index]
    return found


def in_java(server: Simulator, folder: Path, jobs: Sequence[Asked]) -> Run:
    """Run the job in Java once for all scenarios."""
    (folder / "jobs.json").write_text(json.dumps({"url": server.data_url, "jobs": jobs}))
    program = REPOSITORY / "tests" / "support" / "RecordingEtl.java"
    files = [folder / name for name in ("ca.pem", "jobs.json", "calls.csv")]
    ran = subprocess.run(
        ["java", program, *files], capture_output=True, text=True, timeout=6 * PATIENCE, check=False
    )
    assert ran.returncode == 0, ran.stderr
    with files[-1].open(newline="", encoding="utf-8") as table:
        rows = list(csv.reader(table))
    found = {row[0]: Loaded(row[1], {}) for row in rows if len(row) == 2}
    for tenant, call_id, _, _, start, end, state, *sound in (row for row in rows if len(row) > 2):
        milliseconds, digits, _ = sound
        times = (int(start), int(end) if end else None, int(milliseconds) if milliseconds else None)
        found[tenant].calls[call_id] = Call(state, *times, digits or None)  # type: ignore[index]
    return found


LANGUAGES: Mapping[str, Callable[[Simulator, Path, Sequence[Asked]], Run]] = {
    "node": in_node, "java": in_java,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "language",
    [
        pytest.param(name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"without {name}"))
        for name in LANGUAGES
    ],
)
def test_a_job_in_another_language_ends_alike_with_every_scenario(language: str, tmp_path: Path) -> None:
    """Run the job twice for all scenarios at once; what takes longest is the thin line."""
    clock = SteppingClock(JUST_AFTER, 100)
    with running(tls="auto", clock=clock) as server:
        (tmp_path / "ca.pem").write_bytes(server.ca_pem or b"")
        job = LANGUAGES[language]
        jobs = [asked(server.tenants, name) for name in CASES]
        first = job(server, tmp_path, jobs)
        clock.move(LATER)
        second = job(server, tmp_path, [again(each, first[each["tenant"]]) for each in jobs])
    for name in CASES:
        check(name, first[name], second[name])


def again(job: Asked, loaded: Loaded) -> Asked:
    """Ask a job for what was pending after its first run."""
    done = [call_id for call_id, call in loaded.calls.items() if call.state != PENDING]
    return {**job, "now": JUST_AFTER + round(LATER * 1000), "done": done}
