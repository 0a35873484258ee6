"""Records under `derive: false`: sent as they stand, found by userMobile."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import ServeScenarios
from oifde_simulator.cli import main
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors

ODD: dict[str, Any] = {
    "zone": [1.0, {"deep": None}],
    "callSorId": None,
    "startTime": 1618558942000,
    "callId": "c1",
    "calledNumber": 955500001,
}
BARE = {"logId": "b"}


def scenario(*records: dict[str, Any], derive: bool = False) -> str:
    document = {
        "tenant": {"tokens": "any"},
        "sessions": {"derive": derive, "records": [{"userMobile": "1", **record} for record in records]},
    }
    return json.dumps(document)


async def test_a_record_is_sent_as_it_stands_its_members_in_their_order(serve: ServeScenarios) -> None:
    client = await serve(acme=scenario(BARE, ODD))
    answer = await client.query(userMobile="1")
    assert json.dumps(answer["recordList"]) == json.dumps([ODD, BARE])  # without a start comes last
    assert (await client.query(userMobile=..., callId="c1"))["recordList"] == [ODD]


async def test_each_number_of_a_list_finds_the_record_and_nothing_counts_it_twice(
    serve: ServeScenarios,
) -> None:
    client = await serve(acme=scenario({**ODD, "userMobile": ["1", "2", "1"]}, BARE))
    assert (await client.query(userMobile="1"))["recordList"] == [ODD, BARE]
    assert (await client.query(userMobile="2"))["recordList"] == [ODD]
    assert (await client.query(userMobile=..., callId="c1"))["total"] == 1
    assert (await client.query(userMobile="2", callId="c1"))["total"] == 1
    assert (await client.query(userMobile="3", callId="c1"))["total"] == 0


@pytest.mark.parametrize("numbers", [[], [""], [7], 7, {}])
def test_what_is_no_number_and_no_list_of_them_is_refused(numbers: Any) -> None:
    with pytest.raises(ScenarioErrors, match="userMobile"):
        loader.loads(scenario({"userMobile": numbers}).encode(), "a.yaml", "a")


async def test_a_time_filter_finds_only_what_has_a_start(serve: ServeScenarios) -> None:
    client = await serve(acme=scenario(ODD, BARE))
    assert (await client.query(userMobile="1", beginTime="2021-01-01 00:00:00"))["recordList"] == [ODD]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"userMobile": 1}, "records[0].userMobile"),
        ({"startTime": "1"}, "records[0].startTime"),
        ({"callId": 7}, "records[0].callId"),
    ],
    ids=["number", "start", "callId"],
)
def test_what_finds_a_record_must_be_of_its_kind(record: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads(scenario(record).encode(), "acme.yaml", "acme")
    assert words in str(caught.value)


def test_a_typing_error_is_still_told_where_records_are_completed() -> None:
    record = {"callSorId": "1", "calledNumber": "2", "startTime": 3, "calIId": "x"}
    with pytest.raises(ScenarioErrors, match='did you mean "callId"'):
        loader.loads(scenario(record, derive=True).encode(), "acme.yaml", "acme")


def test_such_records_are_listed_and_exported_as_they_stand(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(scenario(ODD, BARE))
    assert main(["sessions", str(path), "1"]) == 0
    assert "2021-04-16" in capsys.readouterr().out
    copy = tmp_path / "copy.yaml"
    assert main(["sessions", str(path), "1", "--export", "2", "--to", str(copy)]) == 0
    made = loader.load(copy)
    assert not made.derive
    assert list(made.records) == [{"userMobile": "1", **ODD}, {"userMobile": "1", **BARE}]
