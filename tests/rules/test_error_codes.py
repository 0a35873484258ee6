"""Error codes of any size: refused where they do not fit, and the same on the wire and on record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from multidict import CIMultiDict

from conftest import QUERY
from engines import Engine
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors

LARGEST = 2**63 - 1


def served(rule: dict[str, Any]) -> tuple[int, int | None]:
    """Answer by a rule; the errorCode on the wire and the one on record."""
    engine = Engine({"acme": loader.from_json({"rules": [rule]}, "acme", "acme")})
    body = b'{"tenantId": "acme"}'
    exchange = engine.handle(Request("POST", QUERY, CIMultiDict(), body))
    return json.loads(exchange.response.body)["errorCode"], engine.entries()[-1].error_code


@pytest.mark.parametrize("code", [1, -1, 10**18 - 1, 10**18, LARGEST, -LARGEST, 5.0])
@pytest.mark.parametrize("spelling", ["errorCode", "json"])
def test_wire_and_journal_have_one_number(code: float, spelling: str) -> None:
    number = int(code)
    respond = {"errorCode": code} if spelling == "errorCode" else {"json": {"errorCode": number}}
    assert served({"respond": respond}) == (number, number)


@pytest.mark.parametrize("number", ["1.5", "1e30", "12345678901234567890123"])
def test_a_number_that_is_no_code_is_not_on_record_in_part(number: str) -> None:
    body = f'{{"errorCode": {number}}}'
    assert served({"respond": {"body": body}})[1] is None


@pytest.mark.parametrize("code", [10**30, 2**64, 2**63, -(2**63) - 1, 1e30, 1.5])
def test_a_code_that_fits_no_answer_is_an_error(code: float) -> None:
    with pytest.raises(ScenarioErrors, match="errorCode"):
        loader.from_json({"rules": [{"respond": {"errorCode": code}}]}, "acme", "acme")
    with pytest.raises(ScenarioErrors, match="errorCode"):
        loader.loads(f"rules: [{{respond: {{errorCode: {code}}}}}]".encode(), "acme.yaml", "acme")
