"""Names of rules that there are not: a request looks little up for its hints, and by turns."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from conftest import ACME
from oifde_simulator.journal.filter_parameters import parse
from oifde_simulator.journal.filters import Filter
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.stepwise import Steps, complete
from oifde_simulator.web.control_plane import evaluations
from oifde_simulator.web.control_plane.evaluations import Evaluations
from oifde_simulator.web.control_plane.routes.unknown_names import (
    MOST_HINTS,
    UnknownRules,
)
from oifde_simulator.web.control_plane.services import suggestions
from oifde_simulator.web.control_plane.services.journal import JournalService
from oifde_simulator.web.control_plane.services.suggestions import MOST_COMPARED, suggestion
from serving import fetch, running

TENANTS = ("acme", None)
"""A tenant, and all of them."""


def wanted(rule: str, tenant: str | None = "acme") -> Filter:
    parameters = [("tenant", tenant)] if tenant else []
    return parse([*parameters, ("rule", rule)], Redactor("0").fingerprint)


class Context:
    """A server with a tenant whose rules have these names, and one more on record; counts what is read."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.reads: list[str] = []
        self.evaluations = Evaluations()
        self.tenants = SimpleNamespace(exists=self.exists)
        self.rules = SimpleNamespace(all=self.all)
        self.journal = SimpleNamespace(entries=self.entries)

    async def exists(self, _: str) -> bool:
        return True

    async def all(self, _: str) -> Iterable[Any]:
        self.reads.append("rules")
        return [SimpleNamespace(name=name) for name in self.names]

    async def coverage(self) -> Iterable[Any]:
        return [SimpleNamespace(rules=dict(enumerate(await self.all(""))))]

    async def entries(self, _: str | None) -> Iterable[Any]:
        self.reads.append("journal")
        return [SimpleNamespace(rules=("once",), held_back=[("held", "")])]


@pytest.mark.parametrize("tenant", TENANTS)
async def test_rules_and_journal_are_read_once_for_all_filters_of_a_request(tenant: str | None) -> None:
    context = Context("outage")
    rules = UnknownRules(context)  # type: ignore[arg-type]
    for name in ("outage", "once", "held", *(f"zzzz{number}" for number in range(1000))):
        assert ("zzzz" in await rules.message(wanted(name, tenant))) is ("zzzz" in name and bool(tenant))
    assert context.reads == ["rules", "journal"]


async def test_each_tenant_has_rules_of_its_own() -> None:
    context = Context("outage")
    rules = UnknownRules(context)  # type: ignore[arg-type]
    for tenant in ("acme", "zenith"):
        assert await rules.message(wanted("zzzz", tenant)) == f'tenant "{tenant}" has no rule "zzzz"'
    assert context.reads == ["rules", "journal"] * 2


async def test_few_names_of_a_request_are_compared_with_those_like_them() -> None:
    rules = UnknownRules(Context("outage"))  # type: ignore[arg-type]
    told = [await rules.message(wanted(f"outage{number}")) for number in (*range(10), *range(10))]
    suggested = ['did you mean "outage"?' in each for each in told]
    assert suggested == ([True] * MOST_HINTS + [False] * (10 - MOST_HINTS)) * 2
    assert all("has no rule" in each for each in told)


def test_a_name_is_compared_in_each_step_and_of_many_only_those_that_look_like_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[int] = []

    def counting(written: str, known: list[str]) -> str:
        compared.append(len(known))
        return nearest(written, known)

    nearest = suggestions.nearest
    monkeypatch.setattr(suggestions, "nearest", counting)
    names = [f"rule-of-a-test-{number:05}" for number in range(30 * MOST_COMPARED)]
    steps = len([*suggestion("rule-of-a-test-02345x", names)])
    assert compared == [2] * MOST_COMPARED
    assert steps == len(names) + MOST_COMPARED
    assert complete(suggestion("rule-of-a-test-02345x", names)) == '; did you mean "rule-of-a-test-02345"?'


@pytest.mark.parametrize(
    ("written", "hint"),
    [("outgae", '; did you mean "outage"?'), ("SLOW", '; did you mean "slow"?'), ("zzzz", ""), ("", "")],
)
def test_the_name_most_like_one_is_suggested(written: str, hint: str) -> None:
    names = [f"rule-{number}" for number in range(100)]
    assert complete(suggestion(written, ["outages", *names, "outage", "slow"])) == hint
    assert complete(suggestion(written, [])) == ""


def test_a_verification_lists_the_journal_once_for_all_its_hints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acme.yaml").write_text(ACME)
    listed: list[str | None] = []

    async def entries(self: JournalService, tenant: str | None = None) -> Any:
        listed.append(tenant)
        return await original(self, tenant)

    original = JournalService.entries
    monkeypatch.setattr(JournalService, "entries", entries)
    orders = [[{"rule": f"zzzz{order}-{step}"} for step in range(10)] for order in range(10)]
    with running(scenarios=(tmp_path / "acme.yaml",)) as server:
        for about in ({}, {"tenant": "acme"}):
            body = {**about, "expect": [{"order": order} for order in orders]}
            status, _, told = fetch(f"{server.control_url}/verify", json.dumps(body).encode())
            assert (status, b"has no rule" in told) == (200, bool(about))
    assert listed == [None, "acme"]


async def test_a_hint_that_cannot_be_looked_for_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await suggestions.suggested(Evaluations(), "outgae", ["outage"]) == '; did you mean "outage"?'

    async def too_much(_: Evaluations, steps: Steps[Any]) -> NoReturn:
        steps.close()
        raise evaluations._given_up()

    monkeypatch.setattr(Evaluations, "run", too_much)
    assert await suggestions.suggested(Evaluations(), "outgae", ["outage"]) == ""
