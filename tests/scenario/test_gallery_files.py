"""The files of the gallery are short and alike, stand on a page, and give the same bytes on every run."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

import gallery_page
from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from gallery_page import PAGE, paragraphs
from oifde_simulator import resources
from oifde_simulator.client.operations.simulated import GOOD_DAY
from oifde_simulator.clock import InitialClock
from oifde_simulator.model.http import Request, Response
from oifde_simulator.population.recordings.file_names import file_name_of
from oifde_simulator.scenario import gallery, loader
from oifde_simulator.scenario.gallery_guide import CLIENT
from oifde_simulator.scenario.model import MET, GenerateSpec
from oifde_simulator.scenario.symptoms import GROUPS, HONEST
from oifde_simulator.wire.script import Script, Send
from recording_download import PATH as DOWNLOAD
from serving import PATIENCE, REPOSITORY, environment

NOON = 1_768_478_400_000
JSON = {"Content-Type": "application/json; charset=UTF-8"}
GALLERY = [name for names in GROUPS.values() for name in names]
LONG = ("magic", "chaos")
SHORT_HISTORIES = {"late-records": 1, "recording-late": 1, "magic": 14}
"""Days of retention in the scenarios whose point needs many sessions of late."""
ON_LATER_PAGES = {
    "first-page-repeats", "first-page-repeats-once", "record-repeats", "page-shifts", "page-shifts-once",
    "record-missing", "record-missing-once", "empty-page", "empty-page-once", "later-pages-fail",
    "later-pages-fail-once", "token-expires-mid-paging",
}  # fmt: skip
"""Scenarios whose failure is on page 2 or later: their user has more than two pages of 100."""
PAGE_SIZE = 100
"""Records on a page for a client that names no pageSize."""
REQUESTED = (
    "outage", "fail-twice", "token-expires-mid-paging", "slow", "flaky", "rate-limited", "magic", "chaos",
)  # fmt: skip

DOWNLOADS = 3
"""Times that a recording is asked for in scenarios about recordings; once in others."""
NONE = slice(0)
HEARD = 1024
"""Bytes of a recording that are compared."""


def source(name: str) -> Path:
    return resources.scenarios() / f"{name}.yaml"


def test_every_bundled_scenario_is_in_one_group_or_honest() -> None:
    bundled = sorted(path.stem for path in loader.find([resources.scenarios()]))
    assert sorted([*GALLERY, *HONEST]) == bundled
    assert set(REQUESTED) <= set(GALLERY)


def test_the_page_is_that_of_the_files() -> None:
    advice = "docs/gallery.md is old: run python docs/generate/gallery_page.py --write"
    assert PAGE.read_text() == gallery_page.page(), advice


def test_what_writes_the_page_says_how_it_is_called() -> None:
    called = subprocess.run(
        [sys.executable, gallery_page.__file__], capture_output=True, text=True, check=False,
        env=environment(),
    )  # fmt: skip
    assert (called.returncode, called.stderr) == (1, "usage: gallery_page.py --write\n")


@pytest.mark.parametrize("name", [*HONEST, *GALLERY])
def test_a_scenario_says_what_happens_which_request_meets_it_and_what_a_good_client_does(name: str) -> None:
    told = paragraphs(name)
    assert all(each.endswith(".") for each in told)
    assert "|" not in "".join(told)
    assert f"\n\n  {MET}" in source(name).read_text()
    assert f"\n\n  {CLIENT}" in source(name).read_text()


@pytest.mark.parametrize("name", [*HONEST, *GALLERY])
def test_one_user_of_a_scenario_has_40_or_250_sessions_and_every_other_number_a_history(name: str) -> None:
    scenario = loader.load(source(name))
    assert scenario.generate is not None
    assert scenario.generate.users["18000000001"] == (250 if name in ON_LATER_PAGES else 40)
    assert scenario.generate.anybody
    assert scenario.generate.days == SHORT_HISTORIES.get(name, GenerateSpec().days)
    assert not scenario.warnings


def test_the_good_day_is_that_of_tests_which_name_no_scenario() -> None:
    shipped, client = loader.load(source("good-day")), loader.from_json(GOOD_DAY, "client")
    assert (shipped.id, shipped.generate, shipped.records) == (client.id, client.generate, client.records)
    assert not shipped.rules


def rules(name: str) -> list[Mapping[str, Any]]:
    """List the rules of a scenario as its file has them."""
    found: list[Mapping[str, Any]] = gallery.value(source(name)).get("rules", [])
    return found


def about_pages(rule: Mapping[str, Any]) -> bool:
    """Check that a rule changes the records of pages, or is met by some pages alone."""
    return "rows" in rule or "pageNum" in rule.get("match", {}).get("request", {})


@pytest.mark.parametrize("name", [name for name in GALLERY if any(map(about_pages, rules(name)))])
def test_a_client_that_names_no_page_size_meets_each_failure_of_pages(name: str) -> None:
    scenario = replace(loader.load(source(name)), clock=InitialClock(NOON))
    assert scenario.generate is not None
    engine = Engine({name: scenario})
    met = {rule for user in [*scenario.generate.users] * 2 for rule in walk(engine, name, user)}
    assert {rule["name"] for rule in rules(name) if about_pages(rule)} <= met


def walk(engine: Engine, tenant: str, user: str) -> Iterator[str]:
    """Yield the rules that a client meets which asks for pages until one is not full."""
    for number in count(1):
        body = {"tenantId": tenant, "authToken": TOKEN, "userMobile": user, "pageNum": str(number)}
        exchange = engine.handle(Request("POST", QUERY, JSON, json.dumps(body).encode()))
        yield exchange.rule
        if exchange.response.status != 200 or len(records(exchange.response)) < PAGE_SIZE:
            return


def records(response: Response) -> list[Any]:
    """Read the records of an answer; none where it has no JSON."""
    try:
        found: list[Any] = json.loads(bytes(response.body)).get("recordList") or []
    except ValueError:
        return []
    return found


@pytest.mark.parametrize("name", GALLERY)
def test_a_scenario_is_short(name: str) -> None:
    assert len(source(name).read_text().splitlines()) <= 24 or name in LONG


# The same bytes

MORE = pytest.mark.slow(seconds=0.1)
"""Mark of the scenarios that everyday runs leave out."""


def requests(tenant: str) -> list[Request]:
    """List the requests to every scenario: tokens, pages, wrong secrets, several users."""
    users = loader.load(source(tenant)).generate.users  # type: ignore[union-attr]
    queries = [
        {"authToken": TOKEN, "userMobile": user, "pageNum": number, "pageSize": "5"}
        for user in (*users, "18000000002")
        for number in ("1", "2", "3", "2", "2")
    ]
    secrets = [{"appKey": tenant, "appSecret": secret} for secret in ("secret", "wrong", "secret")]
    bodies = [(GETTOKEN, each) for each in secrets] + [
        (QUERY, {"tenantId": tenant} | each) for each in queries
    ]
    return [Request("POST", path, JSON, json.dumps(body).encode()) for path, body in bodies]


def scripts(tenant: str, seed: str = "0") -> list[Script]:
    """Make the scripts of all answers of a fresh tenant whose clock stands still."""
    scenario = replace(loader.load(source(tenant)), clock=InitialClock(NOON))
    engine = Engine({tenant: scenario}, seed=seed)
    exchanges = [engine.handle(request) for request in requests(tenant)]
    found = (session for each in exchanges for session in each.honest.selection[each.honest.page or NONE])
    names = filter(None, (file_name_of(session.record) for session in found))
    times = DOWNLOADS if tenant.startswith("recording-") else 1
    asked = [download(tenant, name) for name in islice(names, 1) for _ in range(times)]
    return [settled(each.script) for each in (*exchanges, *map(engine.handle, asked))]


@cache
def first_scripts(tenant: str) -> list[Script]:
    """Remember what a fresh tenant answered first."""
    return scripts(tenant)


def download(tenant: str, file_name: str) -> Request:
    """Ask for a recording, signed as the gallery's tenants want it."""
    body = {"request": {"version": "2.0"}, "msgBody": {"fileName": file_name}}
    headers = {"Content-Type": "application/json", "Authorization": f"auth-v2/{tenant}/-/-/-"}
    return Request("POST", DOWNLOAD, headers, json.dumps(body).encode())


def settled(script: Script) -> Script:
    """Put length and first bytes in the place of sound, which is made while it is sent."""
    return tuple(
        each
        if not isinstance(each, Send) or isinstance(each.octets, bytes)
        else Send(b"%d:%b" % (len(each.octets), each.octets[:HEARD]), each.part)
        for each in script
    )


def digest() -> str:
    """Hash all scripts of all scenarios."""
    return hashlib.sha256(repr([first_scripts(name) for name in GALLERY]).encode()).hexdigest()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in REQUESTED else pytest.mark.slow(seconds=0.1))
        for name in GALLERY
    ],
)
def test_same_seed_clock_and_requests_give_the_same_bytes(name: str) -> None:
    assert scripts(name) == first_scripts(name)


@pytest.mark.slow(seconds=5)
def test_a_fresh_process_gives_the_same_bytes_too() -> None:
    code = "import test_gallery_files; print(test_gallery_files.digest())"
    paths = ":".join(
        str(REPOSITORY / folder) for folder in ("tests", "tests/support", "tests/scenario", "docs/generate")
    )
    fresh = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=5 * PATIENCE, check=True,
        env=environment(PYTHONHASHSEED="12345") | {"PYTHONPATH": paths},
    )  # fmt: skip
    assert fresh.stdout.strip() == digest()


@pytest.mark.parametrize("name", ["flaky", "total-changes", "unsorted", "jittery", "garbage", "chaos"])
def test_another_seed_gives_other_bytes(name: str) -> None:
    assert first_scripts(name) != scripts(name, seed="1")
