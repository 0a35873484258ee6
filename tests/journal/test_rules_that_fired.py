"""An entry has all rules that fired: filters, searches, the log and archives find each of them."""

from __future__ import annotations

import pytest

from journals import Journal
from moving import Moving
from oifde_simulator.journal import log_line
from oifde_simulator.journal.filters import entry_keys
from oifde_simulator.journal.har import HarEntry
from oifde_simulator.journal.text_search import searchable_text
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Exchange

SLOW = {"name": "slow", "also": True, "faults": [{"latency": "100ms"}]}
TOLD = {"name": "told", "also": True, "headers": {"X-Maintenance": "tonight"}, "after": 1}
DOWN = {"name": "down", "faults": ["reset"]}


def answered(*rules: dict[str, object]) -> tuple[Exchange, Entry]:
    world = Moving(*rules)
    exchange = world.ask(0)
    return exchange, world.engine.entries()[0]


@pytest.mark.parametrize(
    ("query", "accepted"),
    [
        ([("rule", "slow")], True),
        ([("rule", "down")], True),
        ([("rule", "told")], False),
        ([("rule", "true")], True),
        ([("rule", "false")], False),
        ([("rule", '{"enum": ["down", "x"]}')], True),
        ([("rule", '{"pattern": "^sl"}')], True),
        ([("rule", '{"enum": ["x"]}')], False),
        ([("spoiled", "true")], True),
    ],
    ids=str,
)
def test_a_filter_accepts_an_exchange_for_each_of_its_rules(
    query: list[tuple[str, str]], accepted: bool
) -> None:
    _, entry = answered(SLOW, DOWN, TOLD)
    wanted = Journal().awaited.filter(query)
    entry = entry.numbered(1)
    assert wanted.accepts(entry) == accepted
    assert not accepted or {*wanted.index_keys} <= {*entry_keys(entry)}


def test_a_filter_for_a_rule_that_did_not_go_along_says_why() -> None:
    _, entry = answered(SLOW, DOWN, TOLD)
    (told,) = Journal().awaited.filter([("rule", "told")]).difference(entry)
    assert told.found == '"slow"; "down"; it matched but did not fire: down sends no head'
    assert not Journal().awaited.filter([("rule", "slow")]).difference(entry)


def test_a_search_finds_each_name() -> None:
    _, entry = answered(SLOW, DOWN)
    assert {"slow", "down"} <= {*searchable_text(entry).splitlines()}


def test_the_log_names_them_all() -> None:
    exchange, entry = answered(SLOW, DOWN)
    line = log_line.format_line(exchange, entry)
    assert "no answer (latency, reset) by rules 'slow', 'down', would have been 200" in line


def test_an_entry_of_one_rule_is_as_before_and_has_a_list_of_one() -> None:
    exchange, entry = answered(DOWN)
    assert (entry.rule, entry.rules, entry.decision.along) == ("down", ("down",), ())
    assert "by rule 'down', would" in log_line.format_line(exchange, entry)
    assert HarEntry(entry, "http").as_json()["_rules"] == ("down",)
    assert "spoiled by" not in HarEntry(entry, "http").as_json()["comment"]
    assert entry.taken


def test_an_entry_of_which_rules_only_went_along_was_taken_by_none() -> None:
    _, entry = answered(SLOW, {**DOWN, "after": 1})
    assert (entry.rule, entry.rules, entry.taken) == ("slow", ("slow",), False)
    assert entry.held_back == (("down", "after: match 1 of the first 1"),)


def test_rules_that_went_along_are_charged() -> None:
    one, two = (answered(*rules)[1] for rules in ((SLOW,), (SLOW, {**SLOW, "name": "slower"})))
    assert two.charge - one.charge >= 300
    assert one.charge > answered()[1].charge
