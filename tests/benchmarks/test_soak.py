"""benchmarks/soak.py: its table of attacks, its scenarios, its honest clients and its verdict."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from random import Random
from types import ModuleType
from typing import Any

import pytest

from benchmark_modules import benchmark_modules
from oifde_simulator.scenario import loader
from serving import PATIENCE, REPOSITORY

BENCHMARKS = REPOSITORY / "benchmarks"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="benchmarks read /proc")


load = pytest.fixture(name="load")(benchmark_modules)


@pytest.fixture
def honest(load: Any) -> ModuleType:
    return load("soak_honest")


def soak(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARKS / "soak.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_no_attack_has_the_name_of_another(load: Any) -> None:
    sources = "".join(path.read_text() for path in sorted((BENCHMARKS / "attacks").glob("*.py")))
    named = Counter(re.findall(r'^@attack\("([^"]+)"', sources, re.M))
    assert set(named.values()) == {1}
    assert set(load("attacks").ATTACKS) == set(named)


def test_a_name_that_is_taken_is_refused(load: Any) -> None:
    name = next(iter(load("attacks").ATTACKS))
    with pytest.raises(ValueError, match=f"{name!r}.*rename one"):
        load("attacks.table").attack(name)(None)


def test_help_names_each_attack(load: Any) -> None:
    done = soak("--help")
    assert done.returncode == 0
    shown = re.sub(r"\s+", "", done.stdout)
    assert [name for name in load("attacks").ATTACKS if re.sub(r"\s+", "", name) not in shown] == []


def test_an_unknown_attack_is_refused() -> None:
    done = soak("--only", "kindness")
    assert done.returncode == 2
    assert "kindness" in done.stderr


def test_its_scenarios_have_no_mistake(load: Any, honest: ModuleType) -> None:
    scenarios = load("attacks").SCENARIOS | {tenant: honest.scenario() for tenant in honest.TENANTS}
    for tenant, scenario in scenarios.items():
        assert loader.loads(json.dumps(scenario).encode(), f"{tenant}.yaml", tenant).tenant.id == tenant


def answer(load: Any, **fields: object) -> Any:
    return load("raw_http").Answer("200", json.dumps(fields).encode(), last=False)


def test_an_honest_client_asks_for_another_token_once(load: Any, honest: ModuleType) -> None:
    walk = honest.Walk("honest-1")
    assert walk.judge(answer(load, errorCode=0, authToken="a")) is None
    assert walk.judge(answer(load, errorCode=900002)) is None
    assert honest.GETTOKEN.encode() in walk.request()
    assert walk.judge(answer(load, errorCode=0, authToken="b")) is None
    assert "900002" in walk.judge(answer(load, errorCode=900002))


def test_an_honest_client_walks_all_pages_and_begins_again(load: Any, honest: ModuleType) -> None:
    walk = honest.Walk("honest-1")
    page = answer(load, errorCode=0, total=honest.SESSIONS, recordList=[{}] * honest.PAGE_SIZE)
    assert walk.judge(answer(load, errorCode=0, authToken="a")) is None
    for number in range(1, honest.PAGES + 1):
        assert f'"pageNum":"{number}"'.encode() in walk.request()
        assert walk.judge(page) is None
    assert honest.GETTOKEN.encode() in walk.request()


@pytest.mark.parametrize(
    "fields", [{"total": 40, "recordList": []}, {"total": 39, "recordList": [{}] * 10}, {}]
)
def test_a_page_with_other_records_is_an_error(load: Any, honest: ModuleType, fields: dict[str, Any]) -> None:
    walk = honest.Walk("honest-1")
    walk.judge(answer(load, errorCode=0, authToken="a"))
    assert "expected a good answer" in walk.judge(answer(load, errorCode=0, **fields))


@pytest.mark.parametrize(
    ("octets", "kind", "last"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n" + b'{"errorCode":0}', "200", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n" + b'{"errorCode":77}', "200 (77)", False),
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "400", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "204", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "200", False),
    ],
)
async def test_answers_are_read_to_their_end(load: Any, octets: bytes, kind: str, last: bool) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(octets + b"HTTP/1.1 503 Next\r\nContent-Length: 0\r\n\r\n")
    connection = load("raw_http").Connection(reader, None)
    answer = await connection.answer()
    assert (answer.kind(), answer.last) == (kind, last)
    assert (await connection.answer()).kind() == "503"


def test_the_journal_is_full_before_memory_is_measured(load: Any) -> None:
    asked: list[bytes] = []

    class Server:
        async def connect(self) -> Any:
            return self

        async def ask(self, octets: bytes) -> Any:
            asked.append(octets)
            metrics = f"# TYPE\noifde_journal_bytes {len(asked) * 1000.0}\n"
            return load("raw_http").Answer("200", metrics.encode(), last=False)

        def close(self) -> None:
            asked.append(b"closed")

    server, filling = Server(), load("soak_filling")
    target = load("attacks").Target(server, server, None, Random(0))
    asyncio.run(filling.fill(target, 2_500_000))
    queries = [each for each in asked if filling.NOTE.encode() in each]
    assert len(queries) == len(set(queries)) == 3 * filling.CLIENTS * filling.BATCH
    assert asked.count(b"closed") == filling.CLIENTS + 1


def test_a_server_that_keeps_memory_is_told(load: Any) -> None:
    report = load("soak_report")
    calm = {"p50": 1.0, "p99": 2.0, "requests": 9, "errors": 0, "said": []}
    turns = [report.Turn("nothing", 50, 60, 60, honest=calm), report.Turn("greed", 60, 300, 130, honest=calm)]
    done = report.Soak(turns)
    done.stopped(0, 0.1)
    done.judge()
    expected = (
        "expected at most 64 MiB above the baseline after all, found 70.0; the most, 70.0, came with: greed"
    )
    assert done.wrong == [expected]


def test_a_server_that_starves_honest_clients_is_told(load: Any) -> None:
    starved = {"p50": None, "p99": None, "requests": 0, "errors": 0, "said": []}
    turn = load("soak_report").Turn("greed", 60, 60, 60, honest=starved)
    assert turn.lapses() == ["expected answers to honest clients, found none"]
    assert turn.row()[4:6] == ["-", "-"]
