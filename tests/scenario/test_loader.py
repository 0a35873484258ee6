"""A file becomes a scenario, or an error for every mistake: place, cause and fix."""

# ruff: noqa: E501  (messages are compared whole, one a line)

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator import resources
from oifde_simulator.clock import InitialClock
from oifde_simulator.instants import instant, time_zone
from oifde_simulator.scenario import checking, loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.lint.schema import unknown_keys
from oifde_simulator.scenario.lint.schema.fixes import suggested_fix
from oifde_simulator.scenario.model import Scenario, SettingsSpec, TenantSpec

RECORD = """\
sessions:
  records:
    - callSorId: "1"
      calledNumber: "2"
      startTime: 1618558942000
"""


def complaints(text: str | bytes, stem: str | None = "f") -> list[str]:
    source = text.encode() if isinstance(text, str) else text
    with pytest.raises(ScenarioErrors) as caught:
        loader.loads(source, "f.yaml", stem)
    return str(caught.value).split("\n")


def loaded(text: str) -> Scenario:
    return loader.loads(text.encode(), "f.yaml", "f")


def test_the_smallest_file_has_the_documented_defaults() -> None:
    assert loaded("{}") == Scenario(
        origin="f.yaml",
        tenant=TenantSpec(
            id="f", secret="secret", tokens=(), any_token=False, token_lifetime=3600, flow_record=True
        ),
        description="",
        settings=SettingsSpec(UTC, "UTC", error_status=None, numbers="refuse", unknown_fields="ignore"),
        clock=InitialClock(),
        records=(),
    )


def test_all_that_is_written_is_taken() -> None:
    scenario = loaded("""
description: >
  Two lines
  of text.
tenant: {id: acme, secret: s, tokens: [a, b], token_lifetime: 90s, flow_record: false}
settings: {time_zone: "+08:00", error_status: 400, numbers: accept, unknown_fields: refuse}
clock: "2026-01-01T00:00:00Z"
sessions: {records: [], generate: false}
""")
    assert scenario.id == "acme"
    assert scenario.description == "Two lines of text."
    assert scenario.tenant == TenantSpec("acme", "s", ("a", "b"), False, 90, flow_record=False)
    assert scenario.settings == SettingsSpec(timezone(timedelta(hours=8)), "+08:00", 400, "accept", "refuse")
    assert scenario.clock.instant == 1767225600000


def test_any_accepts_every_token() -> None:
    tenant = loaded("tenant: {tokens: any}").tenant
    assert (tenant.tokens, tenant.any_token) == ((), True)


def test_records_keep_their_values_null_and_unknown_number_included() -> None:
    (record,) = loaded(
        RECORD + "      ctiCallId: null\n      tenantId: xxxxxx\n      userMobile: '180****9999'\n"
    ).records
    assert record == {
        "callSorId": "1", "calledNumber": "2", "startTime": 1618558942000,
        "ctiCallId": None, "tenantId": "xxxxxx", "userMobile": "180****9999",
    }  # fmt: skip


def test_every_record_field_may_be_null_but_the_three_that_must_be_there() -> None:
    fields = resources.read_json("scenario.schema.json")["$defs"]["record"]["properties"].keys()
    optional = fields - {"callSorId", "calledNumber", "startTime", "userMobile"}
    assert loaded(RECORD + "".join(f"      {name}: null\n" for name in optional)).records
    for name in ("callSorId", "calledNumber", "startTime"):
        nulled = "\n".join(
            f"{line.split(':')[0]}: null" if name in line else line for line in RECORD.split("\n")
        )
        assert "found nothing (null)" in complaints(nulled)[0]


WRONG = [
    pytest.param(RECORD.replace('"1"', "18000000001"), '3:18: sessions.records[0].callSorId: expected a string, found the number 18000000001; put it in quotes: "18000000001"', id="phone-number"),
    pytest.param(RECORD.replace('"1"', "+8618000000001"), '3:18: sessions.records[0].callSorId: expected a string, found the number +8618000000001; put it in quotes: "+8618000000001"', id="phone-number-with-plus"),
    pytest.param(RECORD.replace("1618558942000", '"1618558942000"'), '5:18: sessions.records[0].startTime: expected a whole number, found "1618558942000"; take the quotes away: 1618558942000', id="quoted-number"),
    pytest.param(RECORD.replace("1618558942000", '"2021-04-16 07:42:22"'), '5:18: sessions.records[0].startTime: expected a whole number, found "2021-04-16 07:42:22"; times are epoch milliseconds; if it is UTC, write 1618558942000', id="quoted-date"),
    pytest.param(RECORD.replace("1618558942000", "1618558942000.0"), "5:18: sessions.records[0].startTime: expected a whole number, found 1618558942000.0; write 1618558942000", id="number-with-a-point"),
    pytest.param(RECORD.replace("1618558942000", "16185589.5"), "5:18: sessions.records[0].startTime: expected a whole number, found the number 16185589.5", id="fraction"),
    pytest.param(RECORD.replace("      startTime: 1618558942000\n", ""), "3:7: sessions.records[0].startTime: missing; add it, such as: startTime: 1618558942000", id="missing"),
    pytest.param(RECORD + "      recordDetails: []\n", '6:7: sessions.records[0]: unknown key "recordDetails"; did you mean "recordDetials"?', id="unknown-record-key"),
    pytest.param(RECORD + "      recordDetials:\n        - requestTime: 1\n", '7:11: sessions.records[0].recordDetials[0]: unknown key "requestTime"; did you mean "requsetTime"?', id="unknown-detail-key"),
    pytest.param(RECORD + "      recordDetials: [{responseSource: 2}]\n", "6:40: sessions.records[0].recordDetials[0].responseSource: expected 0 or 1, found the number 2", id="enum-of-the-contract"),
    pytest.param("sessions:\n  records:\n    callSorId: '1'\n", '3:5: sessions.records: expected a list, found a mapping; begin each item with "- "', id="list-without-dashes"),
    pytest.param("sessions: {generate: true}", "1:22: sessions.generate: expected false, found true; write {} to generate with every default, or false", id="generate"),
    pytest.param("tennant: {}", '1:1: unknown key "tennant"; did you mean "tenant"?', id="unknown-top-key"),
    pytest.param("foo: 1", '1:1: unknown key "foo"; known here: description, tenant, settings, clock, sessions, recordings, rules', id="unlike-any-key"),
    pytest.param("secret: x", '1:1: unknown key "secret"; it belongs inside "tenant"', id="key-of-another-place"),
    pytest.param("tenant:\n  clock: now", '2:3: tenant: unknown key "clock"; it belongs at the beginning of a line, inside no other key', id="key-of-the-top"),
    pytest.param("tenant:\n  id:x", '2:3: tenant: expected a mapping of "key: value" lines, found "id:x"; write a space after the colon: "id: x"', id="no-space-after-colon"),
    pytest.param("tenant:", '1:8: tenant: expected a mapping of "key: value" lines, found nothing (null); remove it, or give it a value', id="null"),
    pytest.param("tenant: {flow_record: 'yes'}", '1:23: tenant.flow_record: expected true or false, found "yes"; write true, without quotes', id="quoted-switch"),
    pytest.param("tenant: {id: ''}", '1:14: tenant.id: expected text that is not empty, found ""', id="empty"),
    pytest.param("tenant: {id: ' a'}", '1:14: tenant.id: the tenant id " a" has characters at its ends or inside that cannot be seen; remove them', id="blank-in-id"),
    pytest.param("tenant: {tokens: 0dbe}", '1:18: tenant.tokens: expected "any", found "0dbe"; write tokens as a list: ["0dbe11892be840cf983453ea70b505de"]', id="one-token"),
    pytest.param("tenant: {tokens: [1e5]}", '1:19: tenant.tokens[0]: expected a string, found the number 1e5; put it in quotes: "1e5"', id="token-that-is-a-number"),
    pytest.param("tenant: {token_lifetime: 0}", "1:26: tenant.token_lifetime: expected at least 1, found the number 0; write seconds, such as 3600, or a duration, such as 90s or 2h", id="lifetime-zero"),
    pytest.param("tenant: {token_lifetime: 1500ms}", '1:26: tenant.token_lifetime: "1500ms" is no lifetime of whole seconds, 1 to 2147483647; write it as 3600, 90s or 2h', id="lifetime-of-half-seconds"),
    pytest.param("tenant: {token_lifetime: true}", "1:26: tenant.token_lifetime: expected a whole number or a string, found true; write seconds, such as 3600, or a duration, such as 90s or 2h", id="lifetime-bool"),
    pytest.param("settings: {error_status: 99}", "1:26: settings.error_status: expected at least 200, found the number 99; write a status from 200 to 599 whose answers have a body (not 204, 205, 304)", id="status-too-small"),
    pytest.param("settings: {error_status: 204}", "1:26: settings.error_status: the number 204 is not allowed here; write a status from 200 to 599 whose answers have a body (not 204, 205, 304)", id="status-without-body"),
    pytest.param("settings: {numbers: acept}", '1:21: settings.numbers: expected "refuse" or "accept", found "acept"; did you mean "accept"?', id="enum"),
    pytest.param("settings: {unknown_fields: 7}", '1:28: settings.unknown_fields: expected "ignore" or "refuse", found the number 7', id="enum-of-another-type"),
    pytest.param("settings: {time_zone: Asia/Shangai}", '1:23: settings.time_zone: unknown time zone "Asia/Shangai"; did you mean "Asia/Shanghai"?', id="zone-slip"),
    pytest.param("settings: {time_zone: UTC+8}", '1:23: settings.time_zone: unknown time zone "UTC+8"; did you mean "+08:00"?', id="zone-utc-plus"),
    pytest.param("settings: {time_zone: '+15:00'}", '1:23: settings.time_zone: unknown time zone "+15:00"; expected "UTC", a name such as "Asia/Shanghai" or an offset such as "+08:00"', id="zone-beyond-the-globe"),
    pytest.param("settings: {time_zone: ../etc/passwd}", '1:23: settings.time_zone: unknown time zone "../etc/passwd"; expected "UTC", a name such as "Asia/Shanghai" or an offset such as "+08:00"', id="zone-path"),
    pytest.param("clock: nwo", '1:8: clock: "nwo" is no instant; expected now, or an instant such as "2026-01-01T00:00:00Z"', id="clock"),
    pytest.param("clock: '2026-01-01T00:00:00'", '1:8: clock: "2026-01-01T00:00:00" names no offset from UTC; if it is UTC, write "2026-01-01T00:00:00Z"', id="clock-without-offset"),
    pytest.param("clock: '1618558942000'", '1:8: clock: "1618558942000" is no instant; write that instant as "2021-04-16T07:42:22.000Z"', id="clock-in-milliseconds"),
    pytest.param("clock: 1618558942000", '1:8: clock: expected now, an instant or a mapping of start and speed, found the number 1618558942000; write now, or an instant in quotes, such as "2026-01-01T00:00:00Z"', id="clock-number"),
    pytest.param("clock: '1969-12-31T23:59:59Z'", '1:8: clock: "1969-12-31T23:59:59Z" is no instant from 1970 on; write "1970-01-01T00:00:00Z" or later', id="clock-before-1970"),
    pytest.param("- a", '1:1: expected a mapping of "key: value" lines, found a list', id="list-at-the-top"),
    pytest.param("hello", '1:1: expected a mapping of "key: value" lines, found "hello"', id="text-at-the-top"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_mistake_is_told_once_where_it_is_with_its_fix(text: str, message: str) -> None:
    assert complaints(text) == [f"f.yaml:{message}"]


@pytest.mark.parametrize(
    ("expected", "written", "fix"),
    [("integer", "7", "take the quotes away: 7"), ("number", "0.5", "take the quotes away: 0.5"), ("boolean", "off", "write false, without quotes"),
     ("array", "a", 'write it as a list: ["a"]'), ("object", "a:b", 'write a space after the colon: "a: b"'), ("null", "a", ""),
     ("integer", "a", ""), ("number", "a", ""), ("boolean", "a", ""), ("object", "a b:c", "")],
)  # fmt: skip
def test_text_where_another_type_is_expected_is_mended_if_its_meaning_is_clear(
    expected: str, written: str, fix: str
) -> None:
    assert suggested_fix([expected], written, written) == fix


def test_every_mistake_of_a_file_is_told_in_the_order_of_its_lines() -> None:
    text = "clock: nwo\ntenant:\n  secrt: x\n  flow_record: on\nsettings: {time_zone: Nowhere, error_status: 1}\n"
    places = [line.split(": ")[0] for line in complaints(text + RECORD.replace("calledNumber", "called"))]
    assert places == [f"f.yaml:{at}" for at in ("1:8", "3:3", "4:16", "5:23", "5:46", "8:7", "9:7")]


def test_a_mistake_of_yaml_is_not_told_again_as_one_of_the_schema() -> None:
    assert complaints("tenant:\n  flow_record: on\n  token_lifetime: 1_0\n  012: x\n") == [
        'f.yaml:2:16: tenant.flow_record: on without quotes is true in YAML 1.1 and text in YAML 1.2; write true, or "on" for text',
        'f.yaml:3:19: tenant.token_lifetime: 1_0 without quotes is a number in YAML 1.1 and text in YAML 1.2; put it in quotes: "1_0", or write 10 for the number',
        'f.yaml:4:3: tenant: a key must be text, found 012; put it in quotes: "012"',
    ]


@pytest.mark.parametrize("stem", [None, "", " a", "a\x07", "a\udcff"])
def test_a_tenant_without_a_name_is_refused(stem: str | None) -> None:
    (line,) = complaints("{}", stem)
    assert line.startswith("f.yaml:1:1: ")
    assert line.endswith("; write tenant: {id: ...} into the file")
    assert loader.loads(b"tenant: {id: a}", "f.yaml", stem).id == "a"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("1s", 1), ("90s", 90), ("2h", 7200), ("15m", 900), ("2000ms", 2), ("1.5h", 5400), (3600, 3600), (60.0, 60), ("0s", None),
     ("90", None), ("90 s", None), ("1d", None), ("-1s", None), ("999999999h", None), ("90s\n", None), ("９0s", None), ("1.5s", None)],
)  # fmt: skip
def test_lifetimes_carry_their_unit_or_are_seconds(written: Any, seconds: int | None) -> None:
    source = json.dumps({"tenant": {"token_lifetime": written}})
    if seconds is None:
        assert "is no lifetime of whole seconds" in complaints(source)[0]
    else:
        assert loaded(source).tenant.token_lifetime == seconds


@pytest.mark.parametrize(
    "name", ["localtime", "posixrules", "Factory", "", "Asia", "/etc/localtime", "a\0b", "UTC\n"]
)
def test_time_zones_that_differ_by_machine_or_are_none_are_unknown(name: str) -> None:
    assert time_zone(name) is None


def test_time_zones_have_names_or_offsets() -> None:
    assert time_zone("Asia/Shanghai") == ZoneInfo("Asia/Shanghai")
    assert time_zone("-03:30") == timezone(-timedelta(hours=3, minutes=30))


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("1970-01-01T00:00:00Z", 0), ("2021-04-16 15:42:22.482+08:00", 1618558942482), ("2021-04-16T07:42Z", 1618558920000),
     ("2021-04-16", None), ("2021-02-30T00:00:00Z", None), ("2021-04-16T07:42:22", None), ("9999-12-31T23:59:59-14:00", 253402351199000)],
)  # fmt: skip
def test_an_instant_is_iso_8601_with_its_offset(text: str, milliseconds: int | None) -> None:
    assert instant(text) == milliseconds


def test_load_names_the_tenant_after_the_file(tmp_path: Path) -> None:
    path = tmp_path / "outage.yaml"
    path.write_bytes(b"{}")
    assert (loader.load(path).id, loader.load(path).origin) == ("outage", str(path))


@pytest.mark.parametrize("name", ["absent.yaml", "", "nul\0.yaml"], ids=["absent", "folder", "nul"])
def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(
        ScenarioErrors,
        match=r"^[^\n]*: cannot be read: [^\n]+; expected a scenario file, or a folder of them$",
    ):
        loader.load(tmp_path / name)


def test_find_takes_the_files_of_folders_sorted_and_others_as_they_come(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", ".hidden.yaml", "notes.txt", "sub/c.yaml", "d.yaml/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    files = [tmp_path / "a.yml", tmp_path / "b.yaml", tmp_path / "sub/c.yaml"]
    assert loader.find([tmp_path]) == files
    assert loader.find([tmp_path / "notes.txt", tmp_path, tmp_path / "b.yaml"]) == [
        tmp_path / "notes.txt",
        *files,
    ]


def test_find_tells_every_path_that_gives_nothing(tmp_path: Path) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        loader.find([tmp_path / "absent", tmp_path, Path("nul\0")])
    assert sorted(str(caught.value).split("\n")) == sorted([
        f"{tmp_path}/absent: cannot be read: No such file or directory; expected a scenario file, or a folder of them",
        f"{tmp_path}: no scenario in this folder; expected files named *.yaml, *.yml or *.json",
        "nul\\x00: cannot be read: no file can have such a name; expected a scenario file, or a folder of them",
    ])  # fmt: skip


def test_a_folder_that_may_not_be_read_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_folder: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ScenarioErrors, match="cannot be read: Permission denied"):
        loader.find([tmp_path])


KEYS = sorted(
    {"description", "tenant", "settings", "clock", "sessions", "id", "secret", "tokens", "token_lifetime", "flow_record",
     "time_zone", "error_status", "numbers", "unknown_fields", "records", "generate", "callSorId", "calledNumber",
     "startTime", "recordDetials", "qaRecords", "responseSource", "userMobile", "businessInfo", "strange"}
)  # fmt: skip
SCALARS = st.sampled_from(
    [None, True, 0, -1, 1.0, 1e300, 2**63 - 1, "", "any", "now", "UTC", "+08:00", "90s", "90s\n", "2026-01-01T00:00:00Z", "a\ud7ff",
     "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "9" * 400, "+9", "x" * 200, "\x00"]
)  # fmt: skip
TREES = st.recursive(
    SCALARS | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)
SECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "tenant": st.dictionaries(st.sampled_from(KEYS), SCALARS, max_size=3) | TREES,
        "settings": st.dictionaries(st.sampled_from(KEYS), SCALARS, max_size=3) | TREES,
        "sessions": st.fixed_dictionaries({"records": st.lists(TREES, max_size=3)}) | TREES,
        "clock": SCALARS,
    },
)


@settings(max_examples=examples(200), deadline=None)
@given(st.binary(max_size=40) | (TREES | SECTIONS).map(lambda tree: json.dumps(tree).encode()))
def test_any_bytes_give_a_scenario_or_located_errors_and_never_another_exception(source: bytes) -> None:
    try:
        scenario = loader.loads(source, "f.yaml", "f")
    except ScenarioErrors as caught:
        assert caught.errors
        assert all(
            error.line >= 1 and error.column >= 1 and str(error).isprintable() for error in caught.errors
        )
    else:
        assert scenario.tenant.token_lifetime >= 1


def messages(load: Callable[[], Scenario]) -> list[tuple[Any, str]]:
    try:
        load()
    except ScenarioErrors as caught:
        return sorted(((error.path, error.message) for error in caught.errors), key=str)
    return []


@settings(max_examples=examples(200), deadline=None)
@given(SECTIONS)
def test_json_gets_the_messages_of_a_file_without_its_lines(value: dict[str, Any]) -> None:
    source = json.dumps(value).encode()
    assume(not re.search(rb"\\ud[89ab]", source))  # YAML knows no pairs of escapes
    assert messages(lambda: loader.from_json(value, "f", "f")) == messages(
        lambda: loader.loads(source, "f", "f")
    )


def test_in_json_a_rule_above_is_named_without_its_line() -> None:
    everything = [{"name": "all", "token": "expire"}, {"token": "expire"}]
    assert loader.from_json({"rules": everything}, "f.json", "f").warnings == (
        "f.json: rules[1]: can never fire: all above takes every request before it",
    )
    with pytest.raises(ScenarioErrors) as caught:
        loader.from_json({"rules": everything[:1] * 2}, "f.json", "f")
    assert str(caught.value) == 'f.json: rules[1].name: the name "all" is taken above; choose another'


# Large ones


LARGE_AND_WRONG: dict[str, Any] = {
    "members of a wrong kind": {"rules": [0] * 100_000},
    "rules that do nothing": {"rules": [{}] * 100_000},
    "unknown keys": {"rules": [{f"k{n}": 1 for n in range(3_000)}] * 30},
    "unknown keys at its top": {f"k{n}": 1 for n in range(100_000)},
    "records of nothing": {"sessions": {"records": [{}] * 100_000}},
    "names that are taken": {"rules": [{"name": "a", "token": "expire"}] * 2_000},
}


@pytest.mark.parametrize("value", LARGE_AND_WRONG.values(), ids=LARGE_AND_WRONG.keys())
def test_of_very_many_mistakes_the_first_are_told(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def did_you_mean(written: str, known: Any) -> str:
        asked.append(written)
        return ""

    monkeypatch.setattr(unknown_keys, "did_you_mean", did_you_mean)
    with pytest.raises(ScenarioErrors) as caught:
        loader.from_json(value, "f.json", "f")
    assert 1 < len(caught.value.errors) <= checking.MOST_ERRORS + 1
    assert sum("there may be more mistakes" in str(each) for each in caught.value.errors) == 1
    assert len(asked) <= checking.MOST_ERRORS + 1


@pytest.mark.parametrize("value", [[0] * 400_001, {"rules": [[]] * 400_001}], ids=["list", "rules"])
def test_what_is_too_large_is_not_looked_at(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "JsonDocument", None)
    with pytest.raises(ScenarioErrors, match="more than 400,000 values"):
        loader.from_json(value, "f.json", "f")
