"""A client's walk over the 250 records of the tenant `paging`, page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from conftest import QUERY, TOKEN
from serving import PATIENCE, served

PAGE_SIZES = ["5", "10", "20", "50", "100"]  # Session Record Query Interface, Table 1
WHOLE = 250


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HTTPConnection]:
    with served(tmp_path_factory.mktemp("walk"), "--tls", "off") as server:
        address = urlsplit(server.data)
        with closing(HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE)) as connection:
            yield connection


def page(connection: HTTPConnection, **fields: str) -> dict[str, Any]:
    body = {"tenantId": "paging", "authToken": TOKEN, "userMobile": "18000000250", **fields}
    connection.request("POST", QUERY, json.dumps(body), {"Content-Type": "application/json; charset=UTF-8"})
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    assert (answer["errorCode"], answer["total"]) == (0, WHOLE)
    return answer


def walk(connection: HTTPConnection, size: str) -> list[dict[str, Any]]:
    """Fetch every record, page after page, until a page is not full."""
    records: list[dict[str, Any]] = []
    for number in range(1, WHOLE):
        found = page(connection, pageNum=str(number), pageSize=size)["recordList"]
        records += found
        if len(found) < int(size):
            return records
    raise AssertionError("the walk did not end")


@pytest.mark.parametrize("size", PAGE_SIZES)
def test_the_pages_joined_are_the_whole_without_gap_or_repeat(connection: HTTPConnection, size: str) -> None:
    records = walk(connection, size)
    assert [record["callData"] for record in records] == [f"call {n} of {WHOLE}" for n in range(1, WHOLE + 1)]
    assert len({record["callId"] for record in records}) == WHOLE
    starts = [record["startTime"] for record in records]
    assert starts == sorted(starts, reverse=True)


def test_every_page_size_walks_over_the_same_records_in_the_same_order(connection: HTTPConnection) -> None:
    first, *others = (walk(connection, size) for size in PAGE_SIZES)
    assert all(records == first for records in others)


def test_some_records_share_their_start_across_the_edge_of_a_page(connection: HTTPConnection) -> None:
    """Guard the other tests: without such records they would not prove a stable order."""
    starts = [record["startTime"] for record in walk(connection, "100")]
    for size in map(int, PAGE_SIZES):
        edges = range(size, WHOLE, size)
        assert any(starts[edge - 1] == starts[edge] for edge in edges), size


def test_a_walk_again_is_the_same_walk(connection: HTTPConnection) -> None:
    assert walk(connection, "20") == walk(connection, "20")


def test_a_page_past_the_end_is_empty_and_knows_the_total(connection: HTTPConnection) -> None:
    for number in ("4", "1000000", "9" * 9):
        assert page(connection, pageNum=number, pageSize="100")["recordList"] == []


def test_without_page_fields_the_first_hundred_come(connection: HTTPConnection) -> None:
    assert page(connection)["recordList"] == page(connection, pageNum="1", pageSize="100")["recordList"]


def test_a_part_of_the_time_pages_as_the_whole_does(connection: HTTPConnection) -> None:
    whole = walk(connection, "50")
    newest = whole[49]["startTime"] // 1000
    times = {"endTime": _text(newest)}
    body = {"tenantId": "paging", "authToken": TOKEN, "userMobile": "18000000250", "pageSize": "100", **times}
    expected = [record for record in whole if record["startTime"] // 1000 <= newest]
    found: list[dict[str, Any]] = []
    for number in range(1, 4):
        connection.request("POST", QUERY, json.dumps({**body, "pageNum": str(number)}), {})
        answer = json.loads(connection.getresponse().read())
        assert answer["total"] == len(expected)
        found += answer["recordList"]
    assert found == expected


def _text(seconds: int) -> str:
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
