"""What the pipeline makes of rules: provenance and tokens."""

from __future__ import annotations

import json
from typing import Any

from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader


def pipeline(*rules: str) -> Engine:
    text = "\n".join([f"tenant: {{tokens: [{TOKEN}]}}", "rules:", *(f"  - {rule}" for rule in rules)])
    scenario = loader.loads(text.encode(), "acme.yaml", "acme")
    return Engine({"acme": scenario})


def ask(played: Engine, path: str = QUERY, **fields: Any) -> Exchange:
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"} | fields
    return played.handle(
        Request("POST", path, {"content-type": "application/json; charset=UTF-8"}, json.dumps(body).encode())
    )


def test_an_answer_that_nothing_was_done_to_names_no_rule() -> None:
    exchange = ask(pipeline("{name: drawn, one_of: [{}]}"))
    assert (exchange.rule, exchange.turn) == ("", "")
    assert b"X-Simulator-Rule" not in exchange.script[0].octets  # type: ignore[union-attr]


def test_a_rule_of_gettoken_ends_the_token_that_is_issued_and_not_one_that_came_along() -> None:
    played = pipeline("{match: {endpoint: gettoken}, token: expire}")
    issued = ask(played, GETTOKEN, appKey="acme", appSecret="secret").honest.fields["authToken"]
    assert ask(played).honest.fields["errorCode"] == 0
    assert ask(played, authToken=issued).honest.fields["errorCode"] == 900001
