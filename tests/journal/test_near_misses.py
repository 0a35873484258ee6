"""Near misses: the rules that nearly applied to an exchange on record, each with every difference."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import QUERY, TOKEN
from journals import Journal
from oifde_simulator.engine import explain as explanation
from oifde_simulator.immediate import immediate
from oifde_simulator.journal.near_misses import near_misses, search_near_misses
from oifde_simulator.model.http import Request
from oifde_simulator.model.view import Mismatch, View
from oifde_simulator.rules.conditions.matching import Matcher
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
    assert list(found) == ["one-off", "two-off", "single"]


def other_users(count: int) -> list[dict[str, Any]]:
    """Rules for other users, each of which misses by its only condition."""
    return [{"name": f"u{n}", "match": {"request": {"userMobile": f"{n}00"}}} for n in range(1, count + 1)]


def test_the_rule_of_this_very_user_comes_before_those_of_others() -> None:
    mine = {"name": "mine", "match": {"endpoint": "queryRecordHistory", "request": USER | {"pageNum": "2"}}}
    for rules in ([*other_users(50), mine], [mine, *other_users(50)]):
        found = misses(*rules, pageNum="3")
        assert len(found) == 5
        assert next(iter(found.items())) == ("mine", ['request.pageNum: expected "2", found "3"'])


def test_rules_are_ranked_by_the_share_of_conditions_that_fit() -> None:
    half = {"name": "half", "match": {"request": {"pageNum": "2", "pageSize": "5"}}}
    most = {"name": "most", "match": {"request": {"pageNum": "2", "pageSize": "5", "callId": False}}}
    none = {"name": "none", "match": {"request": {"callId": "7"}}}
    assert list(misses(none, half, most, pageNum="2")) == ["most", "half", "none"]


def test_a_rule_of_this_user_is_told_though_most_of_it_does_not_fit() -> None:
    match = {"request": {**USER, "pageNum": "2", "pageSize": "7", "callId": "8"}}
    assert len(misses({"name": "far", "match": match})["far"]) == 3
    assert not misses({"name": "far", "match": {"request": {**match["request"], "userMobile": "2"}}})


def test_of_equal_shares_a_rule_that_names_a_value_of_this_request_comes_first() -> None:
    honest = {"name": "any", "match": {"response": {"errorCode": 0, "total": 7}}}
    page = {"name": "page", "match": {"request": {"pageNum": "2", "pageSize": "7"}}}
    assert list(misses(honest, page, pageNum="2")) == ["page", "any"]


@pytest.mark.parametrize("count", [10, 100])
def test_each_rule_is_compared_once(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    compare = Matcher.difference

    def counted(self: Matcher, view: View) -> list[Mismatch]:
        asked.append(view.endpoint)
        return compare(self, view)

    tenants, journal = world(*other_users(count)), Journal()
    (turn,) = explanation.explain(tenants, query())
    entry = journal.record(turn.exchange)
    monkeypatch.setattr(Matcher, "difference", counted)
    steps = search_near_misses(immediate(tenants.named("acme")).rules, entry, journal.redaction)
    assert sum(1 for _ in steps) == count == len(asked)


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
