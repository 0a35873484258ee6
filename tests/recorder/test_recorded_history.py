"""Pages are walked to the end; what shifts meanwhile is read again, and told if it shifts still."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from oifde_simulator.recorder import history as histories
from oifde_simulator.recorder.history import History, HistoryReader, QueryRefused
from oifde_simulator.vendor_client import Reply, TargetError

Answer = Callable[[int], Mapping[str, Any]]


class Service:
    """A tenant's session that answers from a function of the page's number and the count of requests."""

    def __init__(self, answer: Callable[[int, int], Mapping[str, Any] | bytes], status: int = 200) -> None:
        self._answer, self._status = answer, status
        self.asked: list[Mapping[str, Any]] = []

    async def post(self, path: str, fields: Mapping[str, Any]) -> Reply:
        self.asked.append(fields)
        body = self._answer(int(fields["pageNum"]), len(self.asked))
        return Reply(self._status, (), body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "PAGE_SIZE", 5)


def page(ids: list[int], number: int, total: int | None = None) -> dict[str, Any]:
    shown = [{"logId": f"l{each}"} for each in ids[5 * number - 5 : 5 * number]]
    return {"errorCode": 0, "total": len(ids) if total is None else total, "recordList": shown}


async def read(service: Service) -> History:
    history = History()
    await HistoryReader(service, "acme", {"beginTime": "b"}).read("1", history)  # type: ignore[arg-type]
    return history


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 12])
async def test_all_pages_are_joined(count: int) -> None:
    service = Service(lambda number, _: page(list(range(count)), number))
    history = await read(service)
    assert [record["logId"] for record in history.records.values()] == [f"l{each}" for each in range(count)]
    assert (history.whole, history.shifted, len(service.asked)) == (True, False, max(1, -(-count // 5)))
    assert service.asked[0] == {
        "tenantId": "acme", "beginTime": "b", "pageSize": "5", "userMobile": "1", "pageNum": "1",
    }  # fmt: skip


async def test_a_record_that_is_added_meanwhile_has_all_read_once_more() -> None:
    """The second page begins with the last record of the first; the second reading has everything."""
    service = Service(lambda number, count: page(list(range((count > 1 and -1) or 0, 8)), number))
    history = await read(service)
    assert (len(history.records), history.whole, history.shifted) == (9, True, False)
    assert next(iter(history.records)) == "logId:l-1"
    assert len(service.asked) == 5  # the third page of the first reading is empty


async def test_pages_that_shift_again_are_told_and_records_are_there_once() -> None:
    service = Service(lambda number, count: page(list(range(-count, 8)), number))
    history = await read(service)
    assert history.shifted
    assert len(set(history.records)) == len(history.records)


@pytest.mark.parametrize(
    "answer",
    [
        lambda number, _: page(list(range(8)), 1, total=99),  # the same page for ever
        lambda number, _: page(list(range(8)), number, total=99),
    ],
    ids=["page number ignored", "total too large"],
)
async def test_a_total_that_never_comes_ends_all_the_same(answer: Any) -> None:
    service = Service(answer)
    history = await read(service)
    assert not history.whole
    assert len(service.asked) <= 6


async def test_pages_shorter_than_asked_for_are_walked_too() -> None:
    ids = list(range(7))
    service = Service(
        lambda number, _: {
            "total": 7,
            "recordList": [{"logId": f"{i}"} for i in ids[2 * number - 2 : 2 * number]],
        }
    )
    assert (await read(service)).whole


async def test_without_a_total_a_short_page_is_the_last() -> None:
    service = Service(lambda number, _: {"recordList": page(list(range(7)), number)["recordList"]})
    history = await read(service)
    assert (len(history.records), history.whole, len(service.asked)) == (7, True, 2)


async def test_an_error_about_one_user_is_that_users() -> None:
    with pytest.raises(QueryRefused, match="is refused: HTTP status 200, code 10000002"):
        await read(Service(lambda *_: {"errorCode": 10000002, "total": 0, "recordList": []}))


@pytest.mark.parametrize("body", [b"<html>", b"[]", b""])
async def test_what_is_no_page_breaks_the_run_off(body: bytes) -> None:
    with pytest.raises(
        TargetError, match="no page of records: HTTP status 418 without an errorCode"
    ) as caught:
        await read(Service(lambda *_: body, status=418))
    assert not isinstance(caught.value, QueryRefused)


@pytest.mark.parametrize("found", [None, {}, [1]])
async def test_a_list_of_something_else_is_refused(found: Any) -> None:
    with pytest.raises(QueryRefused, match="without a recordList of records"):
        await read(Service(lambda *_: {"errorCode": 0, "total": 1, "recordList": found}))
