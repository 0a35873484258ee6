"""Whose token and secret is accepted, and what the log advises where one is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import GETTOKEN, QUERY
from engines import Engine
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader

ACME = """
tenant: {secret: right, tokens: [fixed], token_lifetime: 1, lock_after: 1}
sessions: {users: {"1": 3}}
rules: [{match: {request: {userMobile: "9"}}, token: revoke, respond: {error: token-invalid}}]
"""


class TenantPair:
    """A server of one tenant, `acme`, and one made from it."""

    def __init__(self, *, any_credentials: bool) -> None:
        scenario = loader.loads(ACME.encode(), "acme.yaml", "acme")
        self._engine = Engine({"acme": scenario}, any_credentials=any_credentials)
        self._engine.make(scenario, "made")

    def entries(self) -> list[Entry]:
        """Entries on record."""
        return self._engine.entries()

    def __call__(self, path: str, **body: str) -> Any:
        request = Request("POST", path, {}, json.dumps(body).encode())
        return json.loads(self._engine.handle(request).response.body)


@pytest.mark.parametrize("tenant", ["acme", "made"])
def test_with_any_credentials_every_secret_and_token_will_do(tenant: str) -> None:
    ask = TenantPair(any_credentials=True)
    for secret in ("right", "wrong", "another", "秘"):
        issued = ask(GETTOKEN, appKey=tenant, appSecret=secret)
        assert (issued["errorCode"], len(issued["authToken"])) == (0, 32)
    for token in ("fixed", "whatever", issued["authToken"]):
        assert ask(QUERY, tenantId=tenant, authToken=token, userMobile="1")["total"] == 3


def test_with_any_credentials_no_token_and_no_tenant_are_still_refused() -> None:
    ask = TenantPair(any_credentials=True)
    assert ask(QUERY, tenantId="acme", authToken="", userMobile="1")["errorCode"] == 900001
    assert ask(QUERY, tenantId="nobody", authToken="x", userMobile="1")["errorCode"] == 900002
    assert ask(GETTOKEN, appKey="nobody", appSecret="x")["errorCode"] == 200800001


def test_with_any_credentials_a_rule_still_ends_a_token() -> None:
    ask = TenantPair(any_credentials=True)
    for user in ("9", "1"):
        assert ask(QUERY, tenantId="acme", authToken="mine", userMobile=user)["errorCode"] == 900002


def test_a_wrong_secret_is_answered_as_the_vendor_would_and_the_log_has_the_fix() -> None:
    ask = TenantPair(any_credentials=False)
    answer = ask(GETTOKEN, appKey="acme", appSecret="wrong")
    assert answer["errorMsg"] == "The key is wrong: appSecret is not this tenant's secret"
    (entry,) = ask.entries()
    (problem,) = entry.problems
    assert problem.startswith(answer["errorMsg"])
    assert "tenant.secret of its scenario file" in problem
    assert "--any-credentials" in problem
