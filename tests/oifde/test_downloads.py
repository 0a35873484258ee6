"""downloadOiapRecord: from a record's file name to the sound of its call, or to a documented code."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from multidict import CIMultiDict

from engines import Engine
from oifde_simulator.immediate import immediate
from oifde_simulator.journal.filter_parameters import parse
from oifde_simulator.journal.har import HarEntry
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.oifde.authorization import authorization, signature
from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.population.recordings.recording import recording
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.wire.octets import LazyOctets
from oifde_simulator.wire.script import length
from oifde_simulator.wiremock.patterns.logged_request import LoggedRequest

PATH = "/CCFS/resource/ccfs/downloadOiapRecord"
NOW = '"2026-01-01T00:00:00Z"'
GENERATED = f"clock: {NOW}\nsessions: {{generate: {{per_day: 3}}}}\n"
LITERAL = f"""
clock: {NOW}
sessions:
  records:
    - callSorId: "18000000001"
      calledNumber: "955500001"
      startTime: 1767225600000
      endTime: 1767225660000
      businessInfoStr: '{{"locationId": "7", "recordFileName": "Y:/39/odfsrecord/20260101/x.wav"}}'
    - {{callSorId: "18000000002", calledNumber: "9555000", startTime: 1767225600000, endTime: 1767225630000}}
    - callSorId: "18000000003"
      calledNumber: "955500001"
      startTime: 1767225600000
      endTime: null
      businessInfoStr: '{{"recordFileName": "Y:/39/odfsrecord/20260101/goes-on.wav"}}'
    - callSorId: "18000000004"
      calledNumber: "955500001"
      startTime: 1767225600000
      businessInfoStr: '{{"recordFileName": "null"}}'
"""
FILE = "Y:/39/odfsrecord/20260101/x.wav"
SIGNED = "auth-v2/acme/2026-01-01T00:00:00Z/host/0"


def engine(text: str = LITERAL, **options: Any) -> Engine:
    return Engine({"acme": loader.loads(text.encode(), "acme.yaml", "acme")}, **options)


def asked(
    file_name: Any = FILE,
    query: str = "",
    *,
    auth: str | None = SIGNED,
    body: Any = ...,
    method: str = "POST",
) -> Request:
    headers = CIMultiDict({"Content-Type": "application/json; charset=UTF-8", "Host": "localhost"})
    if auth is not None:
        headers["Authorization"] = auth
    whole = {"request": {"version": "2.0"}, "msgBody": {"fileName": file_name}} if body is ... else body
    octets = whole if isinstance(whole, bytes) else orjson.dumps(whole)
    return Request(method, PATH + query, headers, octets)


def code(exchange: Exchange) -> str:
    """The code of a failure, which both shapes have; empty for sound."""
    body = exchange.response.body
    if isinstance(body, LazyOctets):
        return ""
    found = json.loads(body)
    assert found["response"] == {
        "version": "2.0", "resultCode": found["resultCode"], "resultMsg": found["resultDesc"],
    }  # fmt: skip
    assert found["resultData"] == ""
    return str(found["resultCode"])


def voice_calls(made: Engine) -> list[CallSession]:
    tenant = made.tenant("acme")
    found = tenant.world.sessions.select(Criteria(user="18000000001"), tenant.clock.now())
    return [session for session in found if session.cti_call_id]


def file_of(session: CallSession) -> str:
    return str(json.loads(session.record["businessInfoStr"])["recordFileName"])


def test_the_name_in_a_generated_record_leads_to_the_sound_of_that_call() -> None:
    made = engine(GENERATED)
    session = voice_calls(made)[0]
    exchange = made.handle(asked(file_of(session), f"?locationId={session.record['locationId']}"))
    body = exchange.response.body
    assert body[:] == recording(session.record)[:]
    assert dict(exchange.response.headers)["Content-Type"] == "Application/Octet-stream;charset=UTF-8"
    assert exchange.honest.fields == {"bytes": len(body), "milliseconds": (len(body) - 58) // 8}


def test_a_literal_record_that_names_a_file_has_a_recording() -> None:
    exchange = engine().handle(asked())
    assert (exchange.response.status, len(exchange.response.body)) == (200, 58 + 60 * 8000)


def test_a_literal_record_whose_file_name_is_derived_has_a_recording() -> None:
    made = engine()
    (session,) = made.tenant("acme").world.sessions.select(Criteria(user="18000000002"), 0)
    assert len(made.handle(asked(file_of(session))).response.body) == 58 + 30 * 8000


def test_a_literal_record_is_found_before_the_generated_one_of_its_file_name() -> None:
    name = file_of(voice_calls(engine(GENERATED))[0])
    record = {
        "callSorId": "9", "calledNumber": "955500001", "startTime": 1767225600000, "endTime": 1767225601000,
        "businessInfoStr": json.dumps({"recordFileName": name}),
    }  # fmt: skip
    both = GENERATED.replace("generate:", f"records: [{json.dumps(record)}], generate:")
    assert len(engine(both).handle(asked(name)).response.body) == 58 + 8000


FORMS = [
    "Y:/record/39/odfsrecord/20260101/x.wav",
    "Y:/39/odfsrecord/20260101/x.wav",
    "Y:/record/39/20260101/x.wav",
    "Y:/39/transferrecord/20260101/x.wav",
]


@pytest.mark.parametrize("name", FORMS)
def test_each_documented_form_of_a_name_leads_to_the_file(name: str) -> None:
    assert code(engine().handle(asked(name))) == ""


def test_all_forms_lead_to_a_generated_file_too() -> None:
    made = engine(GENERATED)
    drive, vdn, _, rest = file_of(voice_calls(made)[0]).split("/", 3)
    for form in (f"record/{vdn}/odfsrecord", f"record/{vdn}", f"{vdn}/transferrecord"):
        assert code(made.handle(asked(f"{drive}/{form}/{rest}"))) == ""


def nested(version: Any = "2.0", file_name: Any = FILE) -> dict[str, Any]:
    members = (("request", "version", version), ("msgBody", "fileName", file_name))
    return {member: {} if value is ... else {name: value} for member, name, value in members}


CODES = {
    "no body": (b"", "0300007"),
    "no JSON": (b"fileName=x", "0300004"),
    "an array": ([], "0300004"),
    "not UTF-8": (b'{"request": "\xff"}', "0300004"),
    "a key twice": (
        b'{"request": {"version": "2.0", "version": "2.0"}, "msgBody": {"fileName": "x"}}',
        "0300004",
    ),
    "deep": (b'{"request": ' + b"[" * 500 + b"]" * 500 + b', "msgBody": {"fileName": "x"}}', "0300004"),
    "request missing": ({"msgBody": {"fileName": FILE}}, "0300001"),
    "request null": ({"request": None, "msgBody": {"fileName": FILE}}, "0300001"),
    "request text": ({"request": "2.0", "msgBody": {"fileName": FILE}}, "0300004"),
    "body missing": ({"request": {"version": "2.0"}}, "0300007"),
    "body null": ({"request": {"version": "2.0"}, "msgBody": None}, "0300007"),
    "body a list": ({"request": {"version": "2.0"}, "msgBody": [FILE]}, "0300004"),
    "nothing": ({}, "0300001"),
    "version missing": (nested(version=...), "0300001"),
    "version null": (nested(version=None), "0300001"),
    "version empty": (nested(version=""), "0300002"),
    "version long": (nested(version="2" * 33), "0300003"),
    "version a number": (nested(version=2.0), "0300004"),
    "version other": (nested(version="1.0"), "0300006"),
    "file name missing": (nested(file_name=...), "0300001"),
    "file name null": (nested(file_name=None), "0300001"),
    "file name empty": (nested(file_name=""), "0300002"),
    "file name long": (nested(file_name="Y:/39/odfsrecord/20260101/" + "x" * 98 + ".wav"), "0300003"),
    "file name a number": (nested(file_name=1), "0300004"),
    "file name an object": (nested(file_name={"a": 1}), "0300004"),
    "version and file name wrong": (nested(version="1.0", file_name=""), "0300006"),
}


@pytest.mark.parametrize(("body", "expected"), CODES.values(), ids=CODES)
def test_each_fault_of_a_parameter_has_its_code(body: Any, expected: str) -> None:
    exchange = engine().handle(asked(body=body))
    assert (exchange.response.status, code(exchange)) == (200, expected)


NAMES = {
    "upward": ("../../../etc/passwd", "0300004"),
    "upward inside": ("Y:/39/odfsrecord/20260101/../x.wav", "0300004"),
    "an upward name": ("Y:/39/odfsrecord/20260101/...wav", "0300011"),
    "of the server": ("/etc/passwd", "0300004"),
    "NUL": ("Y:/39/odfsrecord/20260101/x\0.wav", "0300004"),
    "backslashes": ("Y:\\39\\odfsrecord\\20260101\\x.wav", "0300004"),
    "another drive": ("Z:/39/odfsrecord/20260101/x.wav", "0300011"),
    "no drive": ("/39/odfsrecord/20260101/x.wav", "0300004"),
    "another end": ("Y:/39/odfsrecord/20260101/x.mp3", "0300004"),
    "a line behind": ("Y:/39/odfsrecord/20260101/x.wav\n", "0300004"),
    "no folder of a kind": ("Y:/39/20260101/x.wav", "0300004"),
    "no day": ("Y:/39/odfsrecord/20260230/x.wav", "0300010"),
    "not there": ("Y:/39/odfsrecord/20260101/y.wav", "0300011"),
    "another day": ("Y:/39/odfsrecord/20260102/x.wav", "0300011"),
    "of another account": ("Y:/40/odfsrecord/20260101/x.wav", "0300012"),
    "of a call that goes on": ("Y:/39/odfsrecord/20260101/goes-on.wav", "0300012"),
    "of a record without a file": ("null", "0300004"),
    "digits of another script": ("Y:/٣٩/odfsrecord/20260101/x.wav", "0300004"),
    "a lone surrogate": (b'{"request":{"version":"2.0"},"msgBody":{"fileName":"\\ud800"}}', "0300004"),
}


@pytest.mark.parametrize(("name", "expected"), NAMES.values(), ids=NAMES)
def test_each_file_name_that_leads_nowhere_has_its_code(name: Any, expected: str) -> None:
    request = asked(body=name) if isinstance(name, bytes) else asked(name)
    exchange = engine().handle(request)
    assert (exchange.response.status, code(exchange)) == (200, expected)


LOCATIONS = {
    "": "", "?locationId=7": "", "?locationId=": "", "?a=b": "", "?locationId=8": "0300011",
    "?locationId=x": "0300004", "?locationId=7.0": "0300004", "?locationId=99999999999": "0300004",
    "?locationId=7&locationId=8": "", "?locationId=%37": "",
    "?" + "a=1&" * 999 + "locationId=8": "0300011", "?locationId=-1": "0300011",
}  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), LOCATIONS.items())
def test_the_location_is_optional_and_has_to_be_the_records(query: str, expected: str) -> None:
    assert code(engine().handle(asked(query=query))) == expected


def test_a_generated_call_has_a_recording_only_when_it_has_ended() -> None:
    made = engine(GENERATED)
    name, record = next(
        (file_of(each), each.record)
        for each in voice_calls(made)
        if each.record["endTime"] - each.start > 5000
    )
    for second, expected in ((2, "0300012"), (record["endTime"] // 1000 - record["startTime"] // 1000, "")):
        at = record["startTime"] // 1000 + second
        during = GENERATED.replace(NOW, f'"{moment(at)}"')
        assert code(engine(during).handle(asked(name))) == expected


def moment(second: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_file_of_another_tenant_is_not_given_out() -> None:
    other = loader.loads(GENERATED.encode(), "other.yaml", "other")
    made = Engine({"acme": loader.loads(GENERATED.encode(), "acme.yaml", "acme"), "other": other})
    name = file_of(voice_calls(made)[0])
    assert code(made.handle(asked(name))) == ""
    assert code(made.handle(asked(name, auth="auth-v2/other/a/b/c"))) in ("0300011", "0300012")


AUTHORIZATIONS = {
    "missing": (None, 401),
    "empty": ("", 401),
    "blank": ("  ", 401),
    "of another form": ("Bearer secret-text", 401),
    "an unknown key": ("auth-v2/acm/a/b/c", 401),
    "a key and nothing else": ("auth-v2/acme", 200),
    "the key alone": ("acme", 200),
    "whole": (SIGNED, 200),
}


@pytest.mark.parametrize(("auth", "status"), AUTHORIZATIONS.values(), ids=AUTHORIZATIONS)
def test_any_authorization_is_good_that_names_the_tenant(auth: str | None, status: int) -> None:
    exchange = engine().handle(asked(auth=auth))
    assert (exchange.response.status, code(exchange)) == (status, "" if status == 200 else "401")


@pytest.mark.parametrize(("auth", "status"), [(None, 401), ("Bearer x", 200), ("auth-v2/any/a/b/c", 200)])
def test_a_tenant_may_answer_all_other_access_keys(auth: str | None, status: int) -> None:
    exchange = engine(recordings_tenant="acme").handle(asked(auth=auth))
    assert (exchange.response.status, exchange.tenant) == (status, "acme")


def test_a_recordings_tenant_that_is_not_served_is_an_error() -> None:
    with pytest.raises(
        ValueError, match=r'--recordings-tenant acm: there is no tenant acm; did you mean "acme"'
    ):
        engine(recordings_tenant="acm")


KEYS = "tenant: {access_keys: {AK1: sk1, AK2: sk2}}\n" + LITERAL


def signed(key: str, secret: str, names: str = "host;content-type", **options: Any) -> Request:
    request = asked(auth=f"auth-v2/{key}/2026-01-01T00:00:00Z/{names}/0", **options)
    right = signature(request, authorization(request.headers), secret)
    request.headers["Authorization"] = request.headers["Authorization"].rpartition("/")[0] + "/" + right
    return request


def test_with_access_keys_the_signature_is_judged() -> None:
    made = engine(KEYS)
    assert code(made.handle(signed("AK1", "sk1"))) == ""
    assert code(made.handle(signed("AK2", "sk2", query="?locationId=7"))) == ""
    for wrong in (
        signed("AK1", "sk2"), signed("AK1", "sk1", names=""), asked(auth="auth-v2/AK1/a/b/c"), asked(),
        asked(auth="auth-v2/AK1"), asked(auth="acme"), asked(auth="auth-v2/AK1/a/b/\xff"),
    ):  # fmt: skip
        exchange = made.handle(wrong)
        assert (exchange.response.status, code(exchange)) == (401, "401")


def test_a_signature_is_of_one_request() -> None:
    made, request = engine(KEYS), signed("AK1", "sk1")
    request.target += "?locationId=7"
    assert code(made.handle(request)) == "401"


def test_any_credentials_accepts_any_signature() -> None:
    assert code(engine(KEYS, any_credentials=True).handle(asked())) == ""


def test_an_answer_to_a_wrong_authorization_quotes_no_secret() -> None:
    made = engine()
    exchange = made.handle(asked(auth="top-secret-token"))
    assert exchange.response.status == 401
    assert "top-secret" not in json.dumps(made.entries()[0].whole()) + str(exchange.response.body)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_another_method_gets_405_in_the_shape_of_the_interface(method: str) -> None:
    exchange = engine().handle(asked(method=method))
    assert (exchange.response.status, dict(exchange.response.headers)["Allow"]) == (405, "POST")
    assert exchange.honest.fields["resultCode"] == "0300004"
    assert code(exchange) == "0300004"


def test_a_range_is_ignored() -> None:
    request = asked()
    request.headers["Range"] = "bytes=0-9"
    exchange = engine().handle(request)
    assert (exchange.response.status, length(exchange.script, "body")) == (200, 58 + 60 * 8000)


def test_the_fields_are_matched_and_an_error_is_answered_in_the_shape_of_the_interface() -> None:
    rule = """rules:
  - match: {endpoint: downloadOiapRecord, request: {fileName: {pattern: x.w}, locationId: 7, version: "2.0"}}
    respond: {error: recording-download-limit}
"""
    made = engine(LITERAL + rule)
    assert code(made.handle(asked(query="?locationId=7"))) == "0300008"
    assert code(made.handle(asked())) == ""
    assert [entry.error_code for entry in made.entries()] == [300008, None]


def test_a_rule_matches_the_honest_code() -> None:
    rule = 'rules: [{match: {response: {resultCode: "0300011"}}, respond: {status: 503}}]\n'
    made = engine(LITERAL + rule)
    assert made.handle(asked("Y:/39/odfsrecord/20260101/y.wav")).response.status == 503
    assert made.handle(asked()).response.status == 200


def test_the_journal_has_fields_and_length_and_no_sound() -> None:
    made = engine()
    made.handle(asked(query="?locationId=7"))
    (entry,) = made.entries()
    assert entry.request.document == {"version": "2.0", "fileName": FILE, "locationId": 7}
    assert (entry.body, entry.body_bytes, entry.error_code) == (b"", 480_058, None)
    assert entry.brief()["honest"] == {"status": 200, "bytes": 480_058, "milliseconds": 60_000}


def test_two_channels_are_a_setting_of_the_scenario() -> None:
    made = engine("recordings: {channels: 2}\n" + LITERAL)
    assert len(made.handle(asked()).response.body) == 58 + 60 * 8000 * 2


@pytest.mark.parametrize(
    ("late", "now", "wanted"),
    [
        ("0s", "00:00:00", ""),
        ("3h", "03:00:59", "0300012"),
        ("3h", "03:01:00", ""),
        ("1500ms", "00:01:01", "0300012"),
        ("1500ms", "00:01:02", ""),
    ],
)
def test_a_recording_is_there_so_long_after_the_end_of_its_call(late: str, now: str, wanted: str) -> None:
    text = LITERAL.replace("00:00:00", now, 1)
    assert code(engine(f"recordings: {{late: {late}}}\n{text}").handle(asked())) == wanted


def test_the_answer_says_when_a_late_recording_comes() -> None:
    exchange = engine("recordings: {late: 3h}\n" + LITERAL).handle(asked())
    assert b"it comes at 2026-01-01T03:01:00" in bytes(exchange.response.body[:])


def test_a_late_recording_of_a_call_without_an_end_is_late_from_its_start() -> None:
    text = LITERAL.replace("endTime: 1767225660000", "endTime: soon").replace("callSorId", "userMobile")
    text = text.replace("sessions:", "sessions:\n  derive: false").replace("00:00:00", "03:00:00", 1)
    made = engine("recordings: {late: 3h}\n" + text)
    assert code(made.handle(asked())) == ""


@pytest.mark.parametrize("late", ["3", "soon", "[3h]", "-3h"])
def test_another_time_than_a_duration_is_a_mistake(late: str) -> None:
    with pytest.raises(ScenarioErrors, match=r"recordings\.late|late"):
        engine(f"recordings: {{late: {late}}}\n")


def test_a_rule_that_patches_sound_says_that_it_cannot() -> None:
    rule = "rules: [{name: odd, patch: [{op: remove, path: /total}]}]\n"
    exchange = engine(LITERAL + rule).handle(asked())
    assert isinstance(exchange.response.body, LazyOctets)
    assert exchange.notes == ("odd: patch: the answer is a recording, not JSON",)


def test_fields_are_nested_again_as_a_body_has_them() -> None:
    operation = BY_NAME["downloadOiapRecord"]
    assert operation.body_of({"version": "2.0", "fileName": FILE, "locationId": 7}) == nested()
    assert operation.body_of({"fileName": 1}) == {"msgBody": {"fileName": 1}}


def served(**texts: str) -> Engine:
    return Engine({name: loader.loads(text.encode(), f"{name}.yaml", name) for name, text in texts.items()})


def test_an_access_key_leads_to_the_tenant_whose_scenario_has_it() -> None:
    made = served(one=KEYS, two=LITERAL, three=KEYS.replace("AK1", "AK3"))
    exchanges = [made.handle(signed(key, "sk1")) for key in ("AK1", "AK3", "AK4")]
    assert [(each.tenant, each.response.status) for each in exchanges] == [
        ("one", 200),
        ("three", 200),
        ("", 401),
    ]


def test_a_tenant_id_comes_before_an_access_key() -> None:
    made = served(one=KEYS.replace("AK1", "two"), two=LITERAL)
    assert made.handle(asked(auth="auth-v2/two/a/b/c")).tenant == "two"


def test_a_tenant_made_on_demand_has_its_id_for_a_key_and_its_secret_to_sign() -> None:
    made = served(acme=KEYS)
    made.make(loader.loads(KEYS.encode(), "acme.yaml", "acme"), "mine")
    secret = made.tenants.worlds.fresh("mine", immediate(made.tenants.served("mine"))).secret
    assert made.handle(signed("mine", secret)).tenant == "mine"
    assert made.handle(signed("mine", "sk1")).response.status == 401


def test_the_archive_and_the_stubs_show_the_body_as_it_was_nested() -> None:
    made = engine()
    made.handle(asked(query="?locationId=7"))
    (entry,) = made.entries()
    posted = HarEntry(entry, "https").as_json()["request"]
    assert json.loads(posted["postData"]["text"]) == nested()
    assert posted["queryString"] == [{"name": "locationId", "value": "7"}]
    assert HarEntry(entry, "https").as_json()["response"]["content"]["size"] == 480_058
    assert LoggedRequest.of(entry).body.json == nested()


def test_a_token_rule_ends_nothing_for_a_download() -> None:
    rule = "rules: [{match: {endpoint: downloadOiapRecord}, token: expire}]\n"
    assert code(engine(LITERAL + rule).handle(asked())) == ""


def test_a_download_is_limited_for_each_file() -> None:
    rule = """rules:
  - {match: {endpoint: downloadOiapRecord}, per: [fileName], times: 1, respond: {error: recording-no-data}}
"""
    made = engine(LITERAL + rule)
    other = "Y:/39/odfsrecord/20260101/y.wav"
    assert [code(made.handle(asked(name))) for name in (FILE, FILE, other)] == ["0300012", "", "0300012"]


def test_two_requests_of_one_file_are_made_of_the_same_bytes() -> None:
    made = engine()
    first, second = (made.handle(asked()).response.body for _ in range(2))
    assert first[:] == second[:]
    assert b"".join((first[:100], first[100:90_000], first[90_000:])) == second[:]


FILTERS = {
    "locationId=7": 1, "locationId=8": 0, "fileName=" + FILE: 2, "response.resultCode=0300011": 1,
    "errorCode=300011": 1, "response.resultCode=300011": 0, "endpoint=downloadOiapRecord": 3,
}  # fmt: skip


@pytest.mark.parametrize(("pair", "count"), FILTERS.items())
def test_the_journal_is_filtered_by_fields_and_codes(pair: str, count: int) -> None:
    made = engine()
    for request in (asked(query="?locationId=7"), asked(), asked("Y:/39/odfsrecord/20260101/y.wav")):
        made.handle(request)
    wanted = parse([tuple(pair.split("=", 1))], str)  # type: ignore[list-item]
    assert len([entry for entry in made.entries() if wanted.accepts(entry)]) == count


@pytest.mark.parametrize("fault", ["bom", "truncated-json", "broken-gzip"])
def test_a_fault_that_cannot_hold_a_long_recording_says_that_it_did_nothing(fault: str) -> None:
    day = LITERAL.replace("endTime: 1767225660000", "endTime: 1767268800000")
    made = engine(f"{day}rules: [{{name: odd, faults: [{fault}]}}]\nrecordings: {{channels: 2}}\n")
    exchange = made.handle(asked())
    assert length(exchange.script, "body") == 58 + 12 * 3600 * 8000 * 2
    assert exchange.notes == (f"odd: nothing in this answer for {fault} to spoil",)
