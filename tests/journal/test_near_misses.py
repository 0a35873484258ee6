"""Near misses: the rules that nearly applied to an exchange on record, each with every difference."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conftest import QUERY, TOKEN
from journals import Journal
from oifde_simulator.engine import explain as explanation
from oifde_simulator.immediate import immediate
from oifde_simulator.journal.near_misses import near_misses
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants

USER, PAGE = {"userMobile": "1"}, {"pageNum": "2"}


def world(*rules: dict[str, Any]) -> Tenants:
    """Build one tenant, `acme`, whose rules answer 503."""
    given = {"tenant": {"tokens": [TOKEN]}, "rules": [{"respond": {"status": 503}} | rule for rule in rules]}
    scenario = loader.loads(json.dumps(given).encode(), "acme.yaml", "acme")
    return Tenants({"acme": scenario}, seed="0", error_status=200)


def query(**fields: str) -> Request:
    body = {"tenantId": "acme", "authToken": TOKEN} | USER | fields
    headers = {"content-type": "application/json; charset=UTF-8"}
    return Request("POST", QUERY, headers, json.dumps(body).encode())


def misses(*rules: dict[str, Any], **fields: str) -> dict[str, list[str]]:
    """Send one query; returns the differences of each near miss by rule, the nearest first."""
    tenants, journal = world(*rules), Journal()
    (turn,) = explanation.explain(tenants, query(**fields))
    entry = journal.record(turn.exchange)
    found = near_misses(immediate(tenants.named("acme")).rules, entry, journal.redaction)
    return {miss["rule"]: miss["differences"] for miss in found}


def test_rules_that_nearly_fit_say_field_by_field_why_not_the_nearest_first() -> None:
    found = misses(
        {"name": "two-off", "match": {"request": {**USER, **PAGE, "callId": True, "pageSize": False}}},
        {"name": "one-off", "match": {"request": USER | PAGE}},
        {"name": "fits", "match": {"request": USER}, "after": 1},
        {"name": "single", "match": {"response": {"errorCode": 900001}}},
        {"name": "far", "match": {"endpoint": "gettoken", "request": {"appKey": "x"}}},
    )
    assert found == {
        "one-off": ['request.pageNum: expected "2", found nothing'],
        "single": ["response.errorCode: expected 900001, found 0"],
        "two-off": [
            'request.pageNum: expected "2", found nothing',
            "request.callId: expected to be there, found nothing",
        ],
    }
    assert list(found) == ["one-off", "single", "two-off"]


def test_of_many_rules_the_nearest_few_are_told() -> None:
    assert len(misses(*({"name": str(n), "match": {"request": {"callId": str(n)}}} for n in range(50)))) == 5


def test_a_credential_is_compared_and_shown_by_its_fingerprint() -> None:
    redactor = Journal().redaction
    found = misses(
        {"name": "other", "match": {"request": {"authToken": "another-token"}}},
        {"name": "same", "match": {"request": {"authToken": TOKEN} | PAGE}},
    )
    expected, sent = redactor.fingerprint("another-token"), redactor.fingerprint(TOKEN)
    assert found == {
        "other": [f'request.authToken: expected {expected}, found "{sent}"'],
        "same": ['request.pageNum: expected "2", found nothing'],
    }


FIELDS = st.fixed_dictionaries({}, optional={name: st.sampled_from("12") for name in ("pageNum", "callId")})


@given(st.lists(FIELDS, max_size=4), FIELDS)
def test_explain_and_the_journal_say_the_same(wanted: list[dict[str, str]], sent: dict[str, str]) -> None:
    rules = [{"name": str(place), "match": {"request": each}} for place, each in enumerate(wanted)]
    (turn,) = explanation.explain(world(*rules), query(**sent))
    explained = {
        verdict.rule: list(verdict.reasons) for verdict in turn.verdicts if verdict.outcome == "not about it"
    }
    if not turn.exchange.rule:
        assert misses(*rules, **sent).items() <= explained.items()
