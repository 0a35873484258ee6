"""The OpenAPI document says what the specification says, and its complaints can be acted on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.oifde import contract, error_messages

SPECIFICATION = Path(__file__).parents[1] / "specification"
QUERY = "queryRecordHistory"
DOWNLOAD = "downloadOiapRecord"
OPERATIONS = ["gettoken", QUERY, "servicemonitor", DOWNLOAD]

# The tables of "Session Record Query Interface"; gettoken from "C3 OIAP Interface Authentication";
# servicemonitor and downloadOiapRecord from the pages of their names.
TABLES = {
    "GettokenRequest": """
        appKey           String           Yes
        appSecret        String           Yes
    """,
    "GettokenResponse": """
        errorCode        Integer          Yes
        errorMsg         String           No
        authToken        String           Yes
        expireTime       Integer          No
    """,
    "QueryRecordHistoryRequest": """
        tenantId         String           Yes
        authToken        String           Yes
        beginTime        String           No
        endTime          String           No
        pageNum          String           No
        pageSize         String           No
        callId           String           No
        userMobile       String           No
        ctiCallId        String           No
    """,
    "QueryRecordHistoryResponse": """
        errorCode        Integer          No
        errorMsg         String           No
        total            Long             Yes
        recordList       record[]         Yes
    """,
    "Record": """
        logId            String           Yes
        tenantId         String           Yes
        callSorId        String           Yes
        callId           String           Yes
        ctiCallId        String           No
        callingNumber    String           Yes
        calledNumber     String           Yes
        startTime        Long             No
        endTime          Long             No
        lastUpdateTime   Long             No
        flowInstId       String           No
        dialogType       String           No
        callData         String           No
        locationId       Integer          No
        flag             String           No
        businessInfo     JSON string      Yes
        businessInfoStr  JSON string      Yes
        recordDetials    RecordDetials[]  Yes
        qaRecords        qaRecords[]      Yes
    """,
    "RecordDetials": """
        interNo          String           Yes
        userSaying       String           Yes
        intention        String           Yes
        systemReply      String           Yes
        timestamp        Long             Yes
        requsetTime      Long             Yes
        responseSource   Integer          Yes
        involveMode      Integer          Yes
    """,
    "QaRecords": """
        interNo          String           No
        seriesId         String           No
        questionTitle    String           No
        questionType     String           No
        answerIntent     String           No
        originalAnswer   String           No
        createTime       Long             No
    """,
    "ServicemonitorResponse": """
        jvm              Jvm              No
    """,
    "ServicemonitorJvm": """
        fullgc           String           No
        deadlock         String           No
    """,
    "DownloadOiapRecordRequest": """
        request          Head             Yes
        msgBody          MsgBody          Yes
    """,
    "DownloadOiapRecordHead": """
        version          String           Yes
    """,
    "DownloadOiapRecordMsgBody": """
        fileName         String           Yes
    """,
    "DownloadOiapRecordResponse": """
        resultCode       String           Yes
        resultDesc       String           Yes
        resultData       String           Yes
        response         Older            No
    """,
    "DownloadOiapRecordOlder": """
        version          String           Yes
        resultCode       String           Yes
        resultMsg        String           Yes
    """,
}
ROWS = [
    (component, name, " ".join(kind), mandatory == "Yes")
    for component, table in TABLES.items()
    for name, *kind, mandatory in map(str.split, table.strip().splitlines())
]
TYPES: dict[str, dict[str, Any]] = {
    "String": {"type": "string"},
    "JSON string": {"type": "string", "contentMediaType": "application/json"},
    "Long": {"type": "integer", "format": "int64"},
    "Integer": {"type": "integer", "format": "int32"},
    "record[]": {"type": "array", "items": {"$ref": "#/components/schemas/Record"}},
    "RecordDetials[]": {"type": "array", "items": {"$ref": "#/components/schemas/RecordDetials"}},
    "Jvm": {"type": "object", "$ref": "#/components/schemas/ServicemonitorJvm"},
    "Head": {"type": "object", "$ref": "#/components/schemas/DownloadOiapRecordHead"},
    "MsgBody": {"type": "object", "$ref": "#/components/schemas/DownloadOiapRecordMsgBody"},
    "Older": {"type": "object", "$ref": "#/components/schemas/DownloadOiapRecordOlder"},
    "qaRecords[]": {"type": "array", "items": {"$ref": "#/components/schemas/QaRecords"}},
}
# null in the example, or said to be null at times by a twin page.
NULLABLE = {"Record": {"ctiCallId", "businessInfo"}, "RecordDetials": {"userSaying", "intention"}}


def component(name: str) -> dict[str, Any]:
    found: dict[str, Any] = contract.document()["components"]["schemas"][name]
    return found


def example(name: str) -> Any:
    return json.loads((SPECIFICATION / f"{name}.json").read_text("utf-8"))


def query(**fields: Any) -> dict[str, Any]:
    """The example's request with other fields; `...` takes one out."""
    return {name: value for name, value in (example("request") | fields).items() if value is not ...}


def error_lines(body: Any, operation_id: str = QUERY) -> list[str]:
    violations = contract.request_schema(operation_id).explain(body)
    return [error_messages.error_message(violation) for violation in error_messages.distinct(violations)]


@pytest.mark.slow(seconds=1)
def test_the_document_is_valid_openapi_3_1() -> None:
    # Imported here: it takes a third of a second, and each process imports all modules.
    from openapi_spec_validator import OpenAPIV31SpecValidator

    assert list(OpenAPIV31SpecValidator(contract.document()).iter_errors()) == []
    assert contract.document()["openapi"].startswith("3.1.")


@pytest.mark.parametrize("name", TABLES)
def test_a_component_has_the_fields_of_its_table_in_order(name: str) -> None:
    assert contract.fields(name) == tuple(field for table, field, *_ in ROWS if table == name)
    mandatory = [field for table, field, _, required in ROWS if table == name and required]
    assert component(name).get("required", []) == mandatory


@pytest.mark.parametrize(("table", "name", "kind"), [row[:3] for row in ROWS], ids=lambda cell: cell)
def test_a_field_has_the_type_of_its_table_a_description_and_a_source(
    table: str, name: str, kind: str
) -> None:
    field = component(table)["properties"][name]
    expected = dict(TYPES[kind])
    if name in NULLABLE.get(table, ()):
        expected["type"] = [expected["type"], "null"]
    assert {key: field.get(key) for key in expected} == expected
    assert field["description"].strip()
    assert field["x-source"].startswith(
        ("Session Record Query Interface, ", "C3 OIAP Interface", "servicemonitor", "Downloading ")
    )
    assert field.get("x-status", "guess") in {"guess", "inferred"}


def test_no_component_lacks_a_table() -> None:
    assert set(contract.document()["components"]["schemas"]) == set(TABLES)


def test_the_specifications_example_fits_unchanged() -> None:
    assert contract.request_schema(QUERY).explain(example("request")) == []
    assert contract.request_schema(QUERY).accepts(example("request"))
    assert contract.response_schema(QUERY).explain(example("response")) == []
    assert contract.response_schema(QUERY).accepts(example("response"))


def test_the_document_shows_the_specifications_example() -> None:
    post = contract.document()["paths"]["/oifde/rest/api/queryRecordHistory"]["post"]
    request = post["requestBody"]["content"]["application/json"]
    response = post["responses"]["200"]["content"]["application/json"]
    assert request["examples"]["specification"]["value"] == example("request")
    assert response["examples"]["specification"]["value"] == example("response")


@pytest.mark.parametrize("operation", contract.interfaces().values(), ids=lambda o: o.operation_id)
def test_every_example_answer_fits_its_schema(operation: contract.Interface) -> None:
    post = contract.document()["paths"][operation.path]["post"]
    examples = post["responses"]["200"]["content"]["application/json"]["examples"]
    answers = {name: shown["value"] for name, shown in examples.items()}
    schema = contract.response_schema(operation.operation_id)
    assert {name: schema.explain(answer) for name, answer in answers.items()} == {
        name: [] for name in answers
    }


@pytest.mark.parametrize("operation", contract.interfaces().values(), ids=lambda o: o.operation_id)
def test_every_status_carries_the_shape_of_its_operation(operation: contract.Interface) -> None:
    document = contract.document()
    responses = document["paths"][operation.path]["post"]["responses"]
    others = {"401"} if operation.operation_id == DOWNLOAD else {"400", "default"}
    assert set(responses) == {"200", "413", *others}
    shared = document["components"]["responses"]
    bodies = [shared[r["$ref"].rpartition("/")[2]] if "$ref" in r else r for r in responses.values()]
    schemas = {body["content"]["application/json"]["schema"]["$ref"] for body in bodies}
    assert len(schemas) == 1
    assert schemas.pop().lower().endswith(f"/{operation.operation_id}response".lower())


def test_the_operations_are_the_documented_paths_and_methods() -> None:
    assert contract.interfaces() == {
        "gettoken": contract.Interface("/oifde/rest/api/gettoken", ("POST",), "gettoken"),
        QUERY: contract.Interface("/oifde/rest/api/queryRecordHistory", ("POST",), QUERY),
        "servicemonitor": contract.Interface(
            "/oifde/rest/api/servicemonitor", ("POST", "GET"), "servicemonitor"
        ),
        DOWNLOAD: contract.Interface("/CCFS/resource/ccfs/downloadOiapRecord", ("POST",), DOWNLOAD),
    }


def test_fields_of_a_request_are_mandatory_or_optional() -> None:
    assert contract.mandatory_fields("gettoken") == {"appKey", "appSecret"}
    assert contract.optional_fields("gettoken") == frozenset()
    assert contract.mandatory_fields(QUERY) == {"tenantId", "authToken"}
    assert contract.optional_fields(QUERY) == contract.request_fields(QUERY) - {"tenantId", "authToken"}
    assert contract.request_fields(QUERY) == set(contract.fields("QueryRecordHistoryRequest"))


def test_defaults_are_the_documented_ones_and_fit_the_schema() -> None:
    assert contract.request_defaults(QUERY) == {"pageNum": "1", "pageSize": "100"}
    assert contract.request_defaults("gettoken") == {}
    assert contract.request_schema(QUERY).accepts(query(**contract.request_defaults(QUERY)))


def test_schemas_are_compiled_once() -> None:
    for operation_id in OPERATIONS:
        assert contract.request_schema(operation_id) is contract.request_schema(operation_id)
        assert contract.response_schema(operation_id) is contract.response_schema(operation_id)


def test_an_unknown_operation_is_named_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"getToken: expected an operation of .*: gettoken, query"):
        contract.request_schema("getToken")


ACCEPTED: dict[str, dict[str, Any]] = {
    "each page size": {"pageSize": "5"},
    "the largest page number": {"pageNum": "999999999"},
    "a leap day": {"beginTime": "2024-02-29 00:00:00", "endTime": "2024-02-29 23:59:59"},
    "by call ID": {"userMobile": ..., "callId": "16185589414826353c2c0036c0292e43ca7a4"},
    "by CTI call ID": {"userMobile": ..., "ctiCallId": "1688028889-836"},
    "a call ID longer than any": {"callId": "f" * 65, "ctiCallId": "1" * 33},
    "all selectors": {"callId": "a", "ctiCallId": "b"},
    "an unknown field": {"startTime": [None, {"deep": True}]},
    "an empty token, which is an expired one": {"authToken": ""},
}


@pytest.mark.parametrize("fields", ACCEPTED.values(), ids=ACCEPTED)
def test_an_accepted_request_has_no_complaint(fields: dict[str, Any]) -> None:
    assert contract.request_schema(QUERY).accepts(query(**fields))
    assert error_lines(query(**fields)) == []


NO_PAGE = "expected a whole number from 1 to 999999999, as a string without leading zeros"
NO_SIZE = 'expected one of "5", "10", "20", "50", "100"'
NO_TIME = "expected yyyy-MM-dd HH:mm:ss, a real date and time"
NO_SELECTOR = "one of userMobile, callId, ctiCallId is required; none was sent"
REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    ({"tenantId": ...}, ["tenantId: missing; it is mandatory"]),
    ({"tenantId": None}, ["tenantId null: expected a string"]),
    ({"tenantId": 1}, ["tenantId 1: expected a string; put it in quotes"]),
    ({"tenantId": ""}, ['tenantId "": expected at least one character']),
    ({"authToken": ...}, ["authToken: missing; it is mandatory"]),
    ({"authToken": 12345678}, ["authToken: expected a string; put it in quotes"]),
    ({"userMobile": ...}, [NO_SELECTOR]),
    ({"userMobile": 18000000001}, ["userMobile 18000000001: expected a string; put it in quotes"]),
    ({"userMobile": True}, ["userMobile true: expected a string; put it in quotes"]),
    ({"callId": {}}, ["callId {}: expected a string"]),
    ({"callId": {"a": 1}}, ["callId {...}: expected a string"]),
    ({"ctiCallId": ["a"]}, ["ctiCallId [...]: expected a string"]),
    ({"pageSize": "7"}, [f'pageSize "7": {NO_SIZE}']),
    ({"pageSize": "010"}, [f'pageSize "010": {NO_SIZE}']),
    ({"pageSize": "10\n"}, [f'pageSize "10\\n": {NO_SIZE}']),
    ({"pageSize": 10}, ["pageSize 10: expected a string; put it in quotes"]),
    ({"pageNum": "0"}, [f'pageNum "0": {NO_PAGE}']),
    ({"pageNum": "-1"}, [f'pageNum "-1": {NO_PAGE}']),
    ({"pageNum": "+1"}, [f'pageNum "+1": {NO_PAGE}']),
    ({"pageNum": "01"}, [f'pageNum "01": {NO_PAGE}']),
    ({"pageNum": "abc"}, [f'pageNum "abc": {NO_PAGE}']),
    ({"pageNum": "1.5"}, [f'pageNum "1.5": {NO_PAGE}']),
    ({"pageNum": "1e3"}, [f'pageNum "1e3": {NO_PAGE}']),
    ({"pageNum": " 1"}, [f'pageNum " 1": {NO_PAGE}']),
    ({"pageNum": "1\n"}, [f'pageNum "1\\n": {NO_PAGE}']),
    ({"pageNum": "１"}, [f'pageNum "１": {NO_PAGE}']),
    ({"pageNum": "1000000000"}, [f'pageNum "1000000000": {NO_PAGE}']),
    ({"pageNum": "1" * 5000}, [f'pageNum "{"1" * 60}"... (5000 characters): {NO_PAGE}']),
    ({"pageNum": 1.5}, ["pageNum 1.5: expected a string; put it in quotes"]),
    ({"beginTime": "2021-02-30 00:00:00"}, [f'beginTime "2021-02-30 00:00:00": {NO_TIME}']),
    ({"beginTime": "2021-02-29 00:00:00"}, [f'beginTime "2021-02-29 00:00:00": {NO_TIME}']),
    ({"beginTime": "0000-01-01 00:00:00"}, [f'beginTime "0000-01-01 00:00:00": {NO_TIME}']),
    ({"endTime": "2021-04-16 24:00:00"}, [f'endTime "2021-04-16 24:00:00": {NO_TIME}']),
    ({"endTime": "2021-04-16 23:59:60"}, [f'endTime "2021-04-16 23:59:60": {NO_TIME}']),
    ({"endTime": "2021-04-16T00:00:00"}, [f'endTime "2021-04-16T00:00:00": {NO_TIME}']),
    ({"endTime": "2021-04-16 00:00:00\n"}, [f'endTime "2021-04-16 00:00:00\\n": {NO_TIME}']),
    ({"endTime": "２０２１-04-16 00:00:00"}, [f'endTime "２０２１-04-16 00:00:00": {NO_TIME}']),
    ({"endTime": 1618558942000}, ["endTime 1618558942000: expected a string; put it in quotes"]),
]


@pytest.mark.parametrize(("fields", "expected"), REFUSED, ids=[ascii(row[0])[:40] for row in REFUSED])
def test_a_refused_request_is_told_field_value_and_rule_once(
    fields: dict[str, Any], expected: list[str]
) -> None:
    assert not contract.request_schema(QUERY).accepts(query(**fields))
    assert error_lines(query(**fields)) == expected


def test_every_fault_of_a_request_is_told() -> None:
    faults = {"tenantId": ..., "userMobile": ..., "pageNum": "0", "pageSize": 7}
    violations = error_messages.distinct(contract.request_schema(QUERY).explain(query(**faults)))
    fields = sorted(error_messages.field_of(violation) for violation in violations)
    assert fields == ["", "pageNum", "pageSize", "tenantId"]


@pytest.mark.parametrize("body", [[], None, "x", 1], ids=repr)
def test_a_body_that_is_no_object_is_told_so(body: Any) -> None:
    assert [line.partition(": ")[2] for line in error_lines(body)] == ["expected a JSON object"]


@pytest.mark.parametrize("secret", [5551234, "", None, ["5551234"]], ids=repr)
def test_a_complaint_never_repeats_a_secret(secret: Any) -> None:
    lines = error_lines({"appKey": "tenant001", "appSecret": secret}, "gettoken")
    assert [line.startswith("appSecret: expected ") for line in lines] == [True]
    assert "555" not in lines[0]


def test_a_complaint_about_an_answer_says_where() -> None:
    answer = example("response")
    record = answer["recordList"][0]
    record["startTime"] = "1618558942000"
    record["recordDetials"][0]["involveMode"] = 3
    del record["businessInfo"]
    violations = error_messages.distinct(contract.response_schema(QUERY).explain(answer))
    assert sorted(map(error_messages.error_message, violations)) == [
        "recordList[0].businessInfo: missing; it is mandatory",
        "recordList[0].recordDetials[0].involveMode 3: expected one of 0, 1, 2",
        'recordList[0].startTime "1618558942000": expected an integer',
    ]


def test_a_rule_the_document_does_not_word_is_told_by_its_keyword() -> None:
    schema = Schema({"properties": {"a": {"maxLength": 2}}})
    assert [error_messages.error_message(v) for v in schema.explain({"a": "long"})] == [
        'a "long": expected maxLength 2'
    ]
