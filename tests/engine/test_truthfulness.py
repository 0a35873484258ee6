"""A rule that changes nothing has not fired: for any rules and requests, whoever tells of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.engine.explain import verdicts
from oifde_simulator.engine.rule_view import view
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.wire.script import Send
from truth import IDLE, REQUESTS, RULES, Seen, Witness

HEADER = b"X-Simulator-Rule: "


def witness(rules: list[dict[str, Any]], requests: list[str], *, provenance: bool = False) -> Witness:
    """Serve rules, and send requests; rules that a scenario cannot have are left out."""
    try:
        witness = Witness(rules, provenance)
    except ScenarioErrors:
        assume(False)
        raise
    for kind in requests:
        witness.ask(kind)
    return witness


def octets(seen: Seen) -> bytes:
    return b"".join(action.octets for action in seen.exchange.script if isinstance(action, Send))


def assert_told_as_seen(rules: list[dict[str, Any]], requests: list[str]) -> None:
    played = witness(rules, requests)
    for each in played.seen:
        exchange = each.exchange
        assert bool(exchange.rule) == (each.spoiled or each.ended or each.moved), exchange.notes
        assert not exchange.faults or each.spoiled
        assert exchange.rule in ("", exchange.turn) or exchange.rule.startswith("along")
        assert (exchange.response is exchange.honest.response) or each.spoiled
    for whose, fired in played.told.items():
        assert +fired == played.named, whose


@settings(max_examples=examples(400, everyday=12))
@given(RULES, REQUESTS)
def test_an_exchange_names_a_rule_if_and_only_if_it_changed_something(
    rules: list[dict[str, Any]], requests: list[str]
) -> None:
    assert_told_as_seen(rules, requests)


@settings(max_examples=examples(20))
@given(RULES, REQUESTS)
def test_the_header_and_explain_name_the_rule_that_fired_and_no_other(
    rules: list[dict[str, Any]], requests: list[str]
) -> None:
    named, plain = witness(rules, requests, provenance=True), witness(rules, requests)
    for each, other in zip(named.seen, plain.seen, strict=True):
        exchange = each.exchange
        assert (exchange.rule, exchange.faults) == (other.exchange.rule, other.exchange.faults)
        marks = [value for name, value in exchange.response.headers if name == "X-Simulator-Rule"]
        expected = "; ".join((exchange.rule, *(f"fault={name}" for name in exchange.faults)))
        assert marks == ([expected] if exchange.rule else [])
        assert not octets(each).count(HEADER) or exchange.rule
        call = Router(bad_json_status=400).route(exchange.request)
        told = verdicts(named.engine.tenant("acme").rules.rules, view(call, exchange.honest), exchange, ())
        assert [verdict.rule for verdict in told if verdict.outcome == "fired"] == (
            [exchange.rule] if exchange.rule else []
        )
        asked = [verdict.rule for verdict in told if verdict.outcome != "not asked"]
        assert not exchange.turn or asked[-1] == exchange.turn


@settings(max_examples=examples(20))
@given(RULES, REQUESTS, st.lists(st.tuples(st.integers(0, 4), st.sampled_from(IDLE)), min_size=1, max_size=2))
def test_rules_that_can_change_nothing_change_nothing(
    rules: list[dict[str, Any]], requests: list[str], idle: list[tuple[int, dict[str, Any]]]
) -> None:
    more = [*rules]
    for number, (place, deed) in enumerate(idle):
        more.insert(place, {"name": f"idle{number}", "times": 1, **deed})
    with_them, without = witness(more, requests), witness(rules, requests)
    for each, other in zip(with_them.seen, without.seen, strict=True):
        exchange, same = each.exchange, other.exchange
        assert (exchange.rule, exchange.script, exchange.held_back) == (
            same.rule,
            same.script,
            same.held_back,
        )
        mine = tuple(note for note in exchange.notes if not note.startswith("idle"))
        assert mine == same.notes
    assert with_them.named == without.named == +Counter(with_them.told["rules"])
