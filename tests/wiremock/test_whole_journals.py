"""Whole journals through WireMock's routes: written piece by piece, with a note if entries were lost."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest

import suites
from conftest import ACME
from oifde_simulator.runtime.server import Simulator
from serving import PATIENCE, fetch, running
from suites import admin, query

KEPT = 3


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """Server that keeps three exchanges of each tenant."""
    (tmp_path / "acme.yaml").write_text(ACME)
    with running(scenarios=(tmp_path,), no_bundled=True, journal_exchanges=KEPT) as simulator:
        yield simulator


LISTS = [
    ("GET", "/requests", "requests"),
    ("POST", "/requests/find", "requests"),
    ("GET", "/requests/unmatched", "requests"),
    ("POST", "/requests/remove", "serveEvents"),
    ("GET", "/mappings", "mappings"),
]


@pytest.mark.parametrize(("method", "path", "name"), LISTS, ids=[path for _, path, _ in LISTS])
def test_a_list_is_written_piece_by_piece(tmp_path: Path, method: str, path: str, name: str) -> None:
    with suites.queried(tmp_path) as simulator:
        url = f"{simulator.control_url}/__admin{path}"
        status, headers, octets = fetch(url, b"{}" if method == "POST" else None, method=method)
    assert (status, headers["Transfer-Encoding"]) == (200, "chunked")
    assert isinstance(orjson.loads(octets)[name], list)
    assert orjson.loads(octets)[name]


def test_what_is_asked_after_head_on_the_same_connection_is_answered(simulator: Simulator) -> None:
    query(simulator)
    connection = http.client.HTTPConnection(urlsplit(simulator.control_url).netloc, timeout=PATIENCE)
    for path in ("requests", "mappings", "version"):
        connection.request("HEAD", f"/__admin/{path}")
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"")
    connection.request("GET", "/__admin/version")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/requests/count"),
        ("POST", "/requests/find"),
        ("GET", "/requests"),
        ("GET", "/requests/unmatched"),
    ],
)
def test_what_can_no_longer_be_known_is_said_in_the_word_that_clients_read(
    simulator: Simulator, method: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    def lost() -> tuple[object, int]:
        found = admin(simulator, path, b"{}" if method == "POST" else None, method)[1]
        told = [record for record in caplog.records if "no longer on record" in record.getMessage()]
        return found["requestJournalDisabled"], len(told)

    for _ in range(KEPT):
        query(simulator)
    assert lost() == (False, 0)
    query(simulator)
    assert lost() == (True, 1)
    admin(simulator, "/requests", method="DELETE")
    assert lost() == (False, 1)


def test_mappings_are_listed_in_parts(simulator: Simulator) -> None:
    _, whole = admin(simulator, "/mappings")
    first, second, *shared = whole["mappings"]
    for asked, wanted in {
        "limit=1": [first],
        "offset=1": [second, *shared],
        "limit=1&offset=1": [second],
        "limit=0": [],
        "offset=9": [],
        "limit=9&offset=0": [first, second, *shared],
    }.items():
        assert admin(simulator, f"/mappings?{asked}") == (200, {"mappings": wanted, "meta": {"total": 4}})
    assert admin(simulator, "/mappings?limit=x")[0] == 400
    assert admin(simulator, "/mappings?offset=-1")[0] == 400
