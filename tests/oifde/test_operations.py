"""Every interface of the vendor is one object, and no other room knows the vendor's names."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import orjson
import pytest

from oifde_simulator.model.operation import Operation
from oifde_simulator.model.vendor_errors import INTERNAL_ERROR, Problem
from oifde_simulator.oifde import contract, operations
from oifde_simulator.oifde.operations import BY_NAME, MAIN, OPERATIONS

PACKAGE = Path(__file__).parents[2] / "simulator" / "oifde_simulator"
VENDOR_ROOMS = {"oifde", "population", "drift", "recorder", "vendor_client"}
"""Rooms that play the vendor, or ask it."""

NAMES = re.compile(
    "|".join(
        {each.name for each in OPERATIONS}
        | {"authToken", "appKey", "appSecret", "tenantId", "userMobile", "recordList"}
    )
)
"""Names of the vendor that only its own rooms may use."""

# What may stay, room by room, and why.
ALLOWED = {
    # examples in help texts, and the scenario that `new` writes; columns named as the scenario's keys
    "cli": {"appKey", "appSecret", "gettoken", "queryRecordHistory", "tenantId", "userMobile"},
    # names that users of the client call, and the control plane's own JSON; it imports no other room
    "client": {"authToken", "gettoken", "tenantId", "userMobile"},
    # the journal's JSON shows the token's fingerprint under this name
    "model": {"authToken", "queryRecordHistory"},
    # `userMobile` is a key of a literal record in a scenario file
    "runtime": {"userMobile"},
    # keys of files that are no scenarios, and of records; an answer on which `check` tries faults
    "scenario": {"appKey", "appSecret", "authToken", "gettoken", "recordList", "tenantId", "userMobile"},
    # messages to users
    "tenants": {"tenantId"},
    # an example for users
    "testcontainers.py": {"gettoken"},
    "verification": {"userMobile"},
    # the control plane's own JSON and parameters
    "web": {"appSecret", "authToken", "tenantId", "userMobile"},
}


def test_only_the_vendors_rooms_know_its_names() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for module in PACKAGE.rglob("*.py"):
        room = module.relative_to(PACKAGE).parts[0]
        if room not in VENDOR_ROOMS:
            found[room] |= set(NAMES.findall(module.read_text("utf-8")))
    assert {room: names - ALLOWED.get(room, set()) for room, names in found.items()} == {
        room: set() for room in found
    }


def test_the_registry_has_every_path_of_the_document_and_no_other() -> None:
    assert {each.name: each.path for each in OPERATIONS} == {
        name: interface.path for name, interface in contract.interfaces().items()
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_the_fields_that_an_operation_speaks_of_are_fields_of_its_contract(operation: Operation) -> None:
    sent = {operation.tenant_field, operation.secret_field}
    answered = {operation.records_field, *operation.unmatchable}
    (answered if operation.issues_token else sent).add(operation.token_field)
    if operation.paging:
        sent |= {operation.paging.number, operation.paging.size}
        answered.add(operation.paging.total)
    assert sent - {""} <= operation.request_types.keys()
    assert answered - {""} <= operation.response_types.keys()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_the_example_of_an_operation_fits_its_contract(operation: Operation) -> None:
    example = operation.example("acme", "a-credential", "18000000001")
    assert contract.request_schema(operation.name).explain(example) == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_the_error_of_an_operation_fits_its_contract(operation: Operation) -> None:
    refused = BY_NAME[operation.name].refuse((Problem(INTERNAL_ERROR),), status=200)
    error = orjson.loads(refused.response.body)
    assert error == refused.fields
    assert contract.response_schema(operation.name).explain(error) == []


TOKENS = {
    "of a query, the one that it came with": ("queryRecordHistory", "asked"),
    "of gettoken, the one that it was given": ("gettoken", "given"),
}


@pytest.mark.parametrize(("endpoint", "token"), TOKENS.values(), ids=TOKENS.keys())
def test_the_token_that_a_rule_ends_is_that_of_the_call(endpoint: str, token: str) -> None:
    assert BY_NAME[endpoint].token({"authToken": "asked"}, {"authToken": "given"}) == token


def test_a_body_without_an_endpoint_is_guessed_by_its_credentials() -> None:
    assert operations.guess({"appKey": 1}).name == "gettoken"
    assert operations.guess({"appSecret": 1, "userMobile": 2}).name == "gettoken"
    assert operations.guess({"authToken": 1}) is MAIN
    assert operations.guess(()) is MAIN
