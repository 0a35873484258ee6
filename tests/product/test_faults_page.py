"""docs/faults.md keeps its word: every client meets every fault again and says what the page says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

import faults_page
from fault_clients import CLIENTS, GOOD, Ask, versions
from oifde_simulator.faults import FAULTS
from serving import PATIENCE, environment

ADVICE = "docs/faults.md is old: run python tests/product/faults_page.py --write and look at what has changed"
AS_THE_MACHINE_HAS_THEM = {"Node fetch": 1, "curl": 2}
"""Clients that do not come with the tests, and how many parts of their version must be the page's."""
AGAIN = 2
"""How often a case that differs is met again before it counts."""
Seen = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def meeting(told: Seen) -> Iterator[dict[str, Future[dict[str, str]]]]:
    """All clients that are here, at once; what each sees, by case."""
    here = [client for client, version in versions().items() if version]
    with faults_page.asking() as ask, ThreadPoolExecutor(len(here)) as threads:
        yield {client: threads.submit(_met, client, ask, told[client]) for client in here}


def _met(client: str, ask: Ask, told: Mapping[str, str]) -> dict[str, str]:
    """What a client sees; what differs from the page is met again, with fewer beside it.

    Clients wait for a second, and everything at once may keep a busy machine from answering in it.
    """
    seen = CLIENTS[client](ask)
    for _ in range(AGAIN):
        different = [case for case in ask.cases if seen[case] != told.get(case)]
        for case in different:
            seen |= CLIENTS[client](replace(ask, cases=(case,)))
    return seen


@pytest.fixture(scope="module")
def told() -> Seen:
    return faults_page.told()[0]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_sees_what_the_page_says(
    meeting: dict[str, Future[dict[str, str]]], told: Seen, client: str
) -> None:
    here, there = versions()[client], faults_page.told()[1][client]
    parts = AS_THE_MACHINE_HAS_THEM.get(client, 0)
    if here.split(".")[:parts] != there.split(".")[:parts]:
        pytest.skip(f"the page was written with {client} {there}, here is {here or 'none'}")
    assert meeting[client].result(5 * PATIENCE) == told[client], ADVICE


def test_all_else_on_the_page_follows_from_the_faults(told: Seen) -> None:
    seen, by = faults_page.told()
    met_by = ", ".join(f"{client} {version}" for client, version in by.items())
    assert by.keys() == CLIENTS.keys()
    assert faults_page.page(seen, met_by) == faults_page.PAGE.read_text(), ADVICE


def test_the_page_has_every_fault_and_no_client_sees_good_answers_only(told: Seen) -> None:
    assert faults_page.cases().keys() == FAULTS.keys()
    for seen in told.values():
        assert seen.keys() == faults_page.items().keys()
        assert seen["slicer"] == GOOD
        assert sum(outcome != GOOD for outcome in seen.values()) > len(seen) / 2


def test_what_writes_the_page_says_how_it_is_called() -> None:
    called = subprocess.run(
        [sys.executable, faults_page.__file__], capture_output=True, text=True, check=False, env=environment()
    )
    assert (called.returncode, called.stderr) == (1, "usage: faults_page.py --write\n")
