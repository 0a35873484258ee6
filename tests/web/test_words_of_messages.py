"""No message about what a person wrote has the words of Python or of JSON Schema in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from conftest import GETTOKEN, QUERY
from oifde_simulator import resources
from oifde_simulator.cli.explain import request_file
from oifde_simulator.engine import explain as explanation
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.schema import document as scenario_schema
from oifde_simulator.stepwise import complete
from oifde_simulator.tenants import Tenants
from oifde_simulator.verification import expectations
from oifde_simulator.verification.expectations import WrongExpectations
from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.body.breaches import describe_breaches

WRONG: list[Any] = [None, False, True, 1.5, 0, "", "xyzzy", [0], [], ["xyzzy"], {"xyzzy": 0}, -7, {}]
"""Values of each type, of which at least some are wrong anywhere."""
BANNED = re.compile(
    r"<class|\bNoneType\b|\bNone\b|\bTrue\b|\bFalse\b|\bdict\b|'list'|is a required property|is not of type"
    r"|\b(?:any|one|all)Of\b|is not a \"regex\"|(?<![.{])(?<!write )\benum\b|invalid literal"
    r"|under any of|does not match|\bis not one of\b|non-empty|should be"
    r"|Additional properties|is too (?:short|long)"
)


def plain(message: str) -> bool:
    return not BANNED.search(message)


def walked(schema: Mapping[str, Any], root: Mapping[str, Any], path: tuple[Any, ...] = ()) -> Iterator[Any]:
    """List the paths of all keys of a schema; 0 stands for an item of a list."""
    while "$ref" in schema:
        name = schema["$ref"]
        if not name.startswith("#/"):
            break
        target: Any = root
        for step in name.split("/")[1:]:
            target = target[step]
        schema = target | {key: value for key, value in schema.items() if key != "$ref"}
    yield path
    if len(path) > 7:
        return
    for key, inner in schema.get("properties", {}).items():
        yield from walked(inner, root, (*path, key))
    if isinstance(schema.get("items"), Mapping):
        yield from walked(schema["items"], root, (*path, 0))
    for inner in (*schema.get("oneOf", ()), *schema.get("anyOf", ()), *filter(None, [schema.get("else")])):
        yield from (found for found in walked(inner, root, path) if found != path)


def nested(path: tuple[Any, ...], value: Any) -> Any:
    """Make a document with nothing in it but a value at a path."""
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    return value


SCENARIO = scenario_schema()
SCENARIO_PATHS = sorted({path for path in walked(SCENARIO, SCENARIO) if "one_of" not in path[:3]}, key=str)


def scenario_messages(path: tuple[Any, ...]) -> Iterator[tuple[Any, str]]:
    for value in WRONG[::2]:
        document = nested(path, value)
        if not isinstance(document, dict):
            continue
        try:
            for warning in loader.from_json(document, "f", "f").warnings:
                yield value, warning
        except ScenarioErrors as caught:
            yield from ((value, str(error)) for error in caught.errors)


@pytest.mark.slow
def test_no_wrong_value_in_a_scenario_is_told_in_the_words_of_a_library() -> None:
    assert len(SCENARIO_PATHS) > 150
    for path in SCENARIO_PATHS:
        for value, message in scenario_messages(path):
            assert plain(message), (path, value, message)
            assert message.startswith("f: ")


def test_a_message_about_a_scenario_names_place_and_expectation() -> None:
    for path in [
        ("tenant", "id"),
        ("clock", "start"),
        ("rules", 0, "times"),
        ("rules", 0, "respond", "status"),
    ]:
        dotted = "".join(f"[{step}]" if step == 0 else f".{step}" for step in path).lstrip(".")
        messages = [message for value, message in scenario_messages(path) if value == {}]
        assert any(message.startswith(f"f: {dotted}: expected ") for message in messages), messages


BODIES = {route.operation_id: route for route in openapi.routes() if route.body}


@pytest.mark.parametrize("operation", BODIES)
def test_no_wrong_body_is_told_in_the_words_of_a_library(operation: str) -> None:
    wanted: Schema = openapi.schema(BODIES[operation].body)
    root = wanted.document
    for path in {path for path in walked(root, root) if len(path) < 6}:
        for value in WRONG:
            body = nested(path, value)
            if not wanted.accepts(body):
                for message in describe_breaches(body, wanted):
                    assert plain(message), (path, value, message)
                    assert "expected" in message, (path, value, message)


CONTRACT = resources.read_json("openapi.json")["components"]["schemas"]
FIELDS = {
    QUERY: {"tenantId": "acme", "authToken": "t", "userMobile": "1"},
    GETTOKEN: {"appKey": "acme", "appSecret": "secret"},
}


@pytest.mark.parametrize("path", FIELDS)
def test_no_wrong_request_is_told_in_the_words_of_a_library(path: str) -> None:
    scenario = loader.from_json({"tenant": {"tokens": ["t"]}}, "acme", "acme")
    tenants = Tenants({"acme": scenario}, seed="0", error_status=200)
    headers = {"content-type": "application/json; charset=UTF-8"}
    known = ("pageNum", "pageSize", "beginTime", "endTime", "callId", "ctiCallId", *FIELDS[path])
    documents = [FIELDS[path] | {name: value} for name in known for value in WRONG]
    for document in (*documents, *WRONG):
        octets = json.dumps(document).encode()
        (turn,) = explanation.explain(tenants, Request("POST", path, headers, octets))
        honest = turn.exchange.honest
        told = [problem.log_message for problem in honest.problems] + [*honest.warnings, *turn.exchange.notes]
        told.append(str(honest.fields.get("errorMsg")))
        assert all(map(plain, told)), (document, told)


@pytest.mark.parametrize("name", ["tenant", "since", "expect", "count", "none", "order", "match", "status"])
def test_no_wrong_expectation_is_told_in_the_words_of_a_library(name: str) -> None:
    for value in [*WRONG, {"type": "xyzzy"}, {"pattern": "("}]:
        for body in ({name: value, "expect": [{}]}, {"expect": [{"count": 1, name: value}]}, {name: value}):
            try:
                complete(expectations.read(body, Redactor("0")))
            except WrongExpectations as wrong:
                assert all(map(plain, wrong.mistakes)), wrong.mistakes


@pytest.mark.parametrize("text", ["", "nan", "{", '{"a": }', "[" * 100_000])
def test_a_request_file_that_is_no_json_is_told_plainly(text: str, tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text(text)
    with pytest.raises(ValueError, match="request") as caught:
        request_file.load(str(file))
    assert plain(str(caught.value))
    assert "Expecting" not in str(caught.value)
