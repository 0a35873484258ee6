"""An answer in which no credential was found is not searched again, but for other credentials."""

from __future__ import annotations

import json
from typing import Any

import pytest
from multidict import CIMultiDict

from conftest import QUERY
from engines import Engine
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader

PLAIN, SHOWN = "0123456789abcdef-plain", "fedcba9876543210-shown"
"""Tokens of two clients; all answers show the second."""
RECORD = {"callSorId": SHOWN, "calledNumber": "1", "startTime": 0}
ANSWERS: dict[str, dict[str, Any]] = {
    "an honest answer": {"sessions": {"generate": False, "records": [RECORD]}},
    "an answer of a rule": {"rules": [{"respond": {"errorCode": 5, "errorMsg": f"it is {SHOWN}"}}]},
}


def engine(world: dict[str, Any]) -> Engine:
    value = {"tenant": {"id": "acme", "tokens": "any"}, **world}
    return Engine({"acme": loader.from_json(value, "acme.yaml", "acme")})


def query(token: str, **headers: str) -> Request:
    body = {"tenantId": "acme", "authToken": token, "userMobile": SHOWN}
    return Request("POST", QUERY, CIMultiDict(headers), json.dumps(body).encode(), novel=True)


@pytest.mark.parametrize("world", ANSWERS.values(), ids=ANSWERS)
def test_each_client_has_its_own_credential_taken_out_of_the_same_answer(world: dict[str, Any]) -> None:
    played = engine(world)
    tokens = [PLAIN, PLAIN, SHOWN, SHOWN, PLAIN, SHOWN]
    for token in tokens:
        played.handle(query(token))
    entries = played.entries()
    assert [SHOWN.encode() in entry.body for entry in entries] == [token == PLAIN for token in tokens]
    assert len({entry.error_code for entry in entries}) == 1


def test_a_credential_is_taken_out_of_an_answer_behind_one_without_it() -> None:
    played = engine({"sessions": {"generate": False, "records": [RECORD]}})
    for user in ("nobody", SHOWN, "nobody", SHOWN):
        body = {"tenantId": "acme", "authToken": SHOWN, "userMobile": user}
        played.handle(Request("POST", QUERY, CIMultiDict({}), json.dumps(body).encode(), novel=True))
    entries = played.entries()
    assert [entry.honest["total"] for entry in entries] == [0, 1, 0, 1]
    assert not any(SHOWN.encode() in entry.body for entry in entries)


def test_the_error_code_of_a_rule_is_read_of_each_answer() -> None:
    codes = [5, 6, 6, 5, 5]
    rules = [{"match": {"request": {"callId": str(code)}}, "respond": {"errorCode": code}} for code in (5, 6)]
    played = engine({"rules": rules})
    for code in codes:
        body = {"tenantId": "acme", "authToken": PLAIN, "callId": str(code)}
        played.handle(Request("POST", QUERY, CIMultiDict({}), json.dumps(body).encode()))
    assert [entry.error_code for entry in played.entries()] == codes


def test_an_echoed_credential_is_taken_out_of_each_answer() -> None:
    echo = {"respond": {"body": "the same: {{ headers.X-Api-Key }}"}}
    played = engine({"rules": [echo]})
    for key in ("other", SHOWN, SHOWN, "other", SHOWN):
        played.handle(query(PLAIN, **{"X-Api-Key": key}))
    assert [SHOWN.encode() in entry.body for entry in played.entries()] == [False] * 5
