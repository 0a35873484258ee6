"""docs/tls.md keeps its word: every client meets every case again and says what was recorded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import fault_outcomes
import record_tls_outcomes
import tls_clients
import tls_page
from fault_outcomes import Recorded
from serving import environment
from tls_cases import CERTIFICATES, GOOD, Case, meanings, serving

RECORD = "run python docs/generate/record_tls_outcomes.py --write, then tls_page.py, and look at the changes"
WRITE = "docs/tls.md is old: run python docs/generate/tls_page.py --write"
PARTS = {"Node fetch": 1, "curl": 2, "Java HttpClient": 1, "Go net/http": 2, "PHP curl": 2}
"""Clients that do not come with the tests: leading parts of the version that must be the recorded ones."""
AGAIN = (2.0, 20.0)
"""Timeouts of the clients when they repeat what differs: on a busy machine a handshake takes seconds."""


@pytest.fixture(scope="module")
def recorded() -> dict[str, Recorded]:
    return fault_outcomes.read(tls_page.OUTCOMES)


@pytest.fixture(scope="module")
def cases() -> Iterator[list[Case]]:
    with serving() as served:
        yield list(served)


@pytest.mark.slow
@pytest.mark.parametrize("client", tls_clients.CLIENTS)
def test_a_client_says_what_was_recorded(
    cases: list[Case], recorded: dict[str, Recorded], client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tls_clients.versions()[client], recorded[client].version
    parts = PARTS.get(client, 0)
    if not here or here.split(".")[:parts] != there.split(".")[:parts]:
        pytest.skip(f"recorded with {client} {there}, here is {here or 'none'}")
    seen = tls_clients.CLIENTS[client](cases)
    for seconds in AGAIN:
        monkeypatch.setattr(tls_clients, "SECONDS", seconds)
        differ = [case for case in cases if seen[case.name] != recorded[client].outcomes[case.name]]
        seen |= tls_clients.CLIENTS[client](differ) if differ else {}
    assert seen == recorded[client].outcomes, RECORD


def test_the_table_follows_from_the_cases_and_the_record() -> None:
    assert tls_page.page() == tls_page.PAGE.read_text(), WRITE


def test_every_case_is_recorded_and_no_client_takes_all(recorded: dict[str, Recorded]) -> None:
    assert list(recorded) == [client for client in tls_clients.CLIENTS if client in recorded]
    for client, each in recorded.items():
        assert list(each.outcomes) == list(meanings()), (client, RECORD)
        assert each.outcomes[GOOD] == each.outcomes["client-cert require, good"] == GOOD
        refused = [case for case in CERTIFICATES if each.outcomes[case] != GOOD]
        assert len(refused) == len(CERTIFICATES) - 1
        assert GOOD not in (each.outcomes["expired"], each.outcomes["wrong-host"])


def test_a_client_that_was_not_run_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tls_page, "OUTCOMES", tmp_path / "outcomes.json")
    fault_outcomes.write({"curl": Recorded("8.0", {"good": GOOD})}, tls_page.OUTCOMES)
    lines = tls_page.page().splitlines()
    others = ", ".join(client for client in tls_clients.CLIENTS if client != "curl")
    assert f"Said by curl 8.0. Not run: {others}." in lines
    (row,) = [line for line in lines if line.startswith("| good |")]
    assert row.count("| not run ") == len(tls_clients.CLIENTS) - 1


def test_what_differs_from_run_to_run_is_left_out() -> None:
    assert (
        tls_clients.shorten("no  route to 127.0.0.1:4711 | localhost:1")
        == "no route to the server / the server"
    )
    assert len(tls_clients.shorten("x" * 500)) == tls_clients.LONGEST


def test_the_reason_of_an_exception_is_that_of_its_first_cause() -> None:
    outer = OSError("outer")
    outer.__cause__ = ConnectionResetError("inner")
    assert tls_clients.words(outer) == "OSError: ConnectionResetError"
    assert tls_clients.words(TimeoutError()) == "TimeoutError"


@pytest.mark.slow
@pytest.mark.parametrize("script", ["tls_page", "record_tls_outcomes"])
def test_a_generator_says_how_it_is_called_and_needs_no_other_program(script: str) -> None:
    file = Path(record_tls_outcomes.__file__).with_name(f"{script}.py")
    called = subprocess.run(
        [sys.executable, file], capture_output=True, text=True, check=False, env=environment(PATH="")
    )
    assert (called.returncode, called.stderr) == (1, f"usage: {script}.py --write\n")
