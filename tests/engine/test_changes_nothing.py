"""Rules that are about a request and can change nothing of it are passed over, and the exchange says why."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from conftest import TOKEN
from engines import Engine
from oifde_simulator.faults import Fault, FaultContext, fault
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.turn import HeldBack
from oifde_simulator.rules.rule import Action
from oifde_simulator.scenario import loader
from oifde_simulator.wire.script import Script, Wait
from truth import JSON_TYPE, Witness

NEXT = {"name": "next", "faults": ["reset"]}
BODY_FAULTS = [
    "bom", "invalid-utf8", "truncated-json", "trailing-garbage", "broken-gzip", "gzip",
    {"charset": "UTF-16"}, "malformed-chunk", "reset-mid-body", "cut", {"dribble": "1s"},
    {"hang": {"at": "body"}}, {"latency": {"fixed": "1s", "at": "body"}},
]  # fmt: skip
REFUSED = {
    "errorCode": 900002,
    "errorMsg": "Failed to check the token information: authToken was not issued to this tenant; "
    "fetch one from gettoken",
}


def faults(*items: Any) -> dict[str, Any]:
    return {"faults": list(items)}


def patch(op: str, path: str, **more: Any) -> dict[str, Any]:
    return {"patch": [{"op": op, "path": path, **more}]}


# what it is: (the rule, the request, words of the reason)
NOTHING: dict[str, tuple[dict[str, Any], str, str]] = {
    "the first page repeats nothing": ({"rows": {"repeat": 4}}, "page 1", "for rows to spoil"),
    "the first page misses nothing": ({"rows": {"skip": 1}}, "page 1", "for rows to spoil"),
    "the first page has not moved on": ({"rows": {"shift": 3}}, "page 1", "for rows to spoil"),
    "a page beyond the end": ({"rows": {"repeat": 1}}, "page 9", "for rows to spoil"),
    "no record to be late": ({"rows": {"late": "1h"}}, "nobody", "for rows to spoil"),
    "no record to shuffle": ({"rows": {"shuffle": True}}, "nobody", "for rows to spoil"),
    "a total that is right": ({"rows": {"total": 0}}, "page 2", "for rows to spoil"),
    "a total below nothing": ({"rows": {"total": -1}}, "nobody", "for rows to spoil"),
    "rows of an error": ({"rows": {"repeat": 1}}, "bad token", "rows: this answer has no records"),
    "rows and faults of an error": ({"rows": {"repeat": 1}, **faults("reset")}, "bad token", "no records"),
    "a patch of no elements": (patch("remove", "/recordList/*/callId"), "nobody", "patch"),
    "a patch to the same value": (patch("replace", "/errorCode", value=0), "page 1", "for patch to spoil"),
    "a patch that only tests": (patch("test", "/errorCode", value=0), "page 1", "for patch to spoil"),
    "a test that fails": (patch("test", "/errorCode", value=1), "page 1", "patch[0]: test"),
    "a place that is not there": (
        patch("remove", "/recordList/0/flag") | faults("reset"), "page 1", "patch[0]",
    ),
    "a patch of what is no JSON": (patch("remove", "/total"), "unreadable", "patch: the answer is not JSON"),
    "no latency": (faults({"latency": "0s"}), "page 1", "for latency to spoil"),
    "no latency of the body": (faults({"latency": {"fixed": "0s", "at": "body"}}), "page 1", "latency"),
    "a ramp that has run out": (
        faults({"latency": {"ramp": {"from": "1s", "to": "0s", "over": "500ms"}}}), "page 1", "latency",
    ),
    "drawn latencies of no time": (
        faults({"latency": {"uniform": {"min": "0s", "max": "0s"}}}), "page 1", "latency",
    ),
    "cut behind the end": (faults({"cut": {"bytes": 1000000}}), "page 1", "for cut to spoil"),
    "cut nothing off": (faults({"cut": "100%"}), "page 1", "for cut to spoil"),
    "a charset that this text is the same in": (
        faults({"charset": {"name": "US-ASCII", "say": False}}), "nobody", "for charset to spoil",
    ),
    "a placeholder that is what stands there": (
        patch("replace", "/errorCode", value="{{ honest.errorCode }}"), "page 1", "for patch to spoil",
    ),
    "the right Content-Type": (
        faults({"content-type": JSON_TYPE}), "page 1", "for content-type to spoil",
    ),
    "two faults, neither with prey": (
        faults({"latency": "0s"}, {"cut": "100%"}), "page 1", "for latency, cut to spoil",
    ),
    "close what is closed anyway": (faults("close"), "closes", "for close to spoil"),
    "close slowly in no time": (faults({"slow-close": "0s"}), "closes", "for slow-close to spoil"),
    **{f"{item} of no body": (faults(item), "HEAD", "to spoil") for item in BODY_FAULTS},
    "the honest answer once more": ({"respond": REFUSED}, "bad token", "for respond to spoil"),
    "the token of nobody": ({"token": "expire"}, "bad token", "no good token to end"),
    "no token": ({"token": "revoke"}, "no token", "no good token to end"),
    "a token that is not issued": ({"token": "expire"}, "bad secret", "no good token to end"),
    "a request without credentials": ({"token": "expire"}, "elsewhere", "no good token to end"),
    "outcomes that all do nothing": ({"one_of": [{}, faults({"latency": "0s"})]}, "page 1", "for latency"),
    "no outcome with anything": ({"one_of": [{}]}, "page 1", "it does nothing"),
    "an outcome that is never drawn": (
        {"one_of": [{"weight": 1}, {"weight": 0, "respond": {"status": 500}}]}, "page 1", "it does nothing",
    ),
    "a state that a failed patch would lead to": (
        {**patch("remove", "/recordList/0/flag"), "state": {"becomes": "down"}}, "page 1", "patch[0]",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("deed", "kind", "reason"), NOTHING.values(), ids=NOTHING.keys())
def test_a_rule_that_could_change_nothing_is_passed_over(
    deed: dict[str, Any], kind: str, reason: str
) -> None:
    played = Witness([{"name": "odd", "times": 1, **deed}, NEXT], provenance=True)
    for _ in range(3):  # had it taken a turn, the second would be held back
        exchange = played.ask(kind).exchange
        assert (exchange.rule, exchange.held_back) == ("next", ())
        (note,) = exchange.notes if kind != "unreadable" else exchange.notes[1:]
        assert note.startswith("odd: ")
        assert reason in note
    assert played.named == {"next": 3}
    assert {whose: told["odd"] for whose, told in played.told.items()} == dict.fromkeys(played.told, 0)


@pytest.mark.parametrize(("deed", "kind", "reason"), NOTHING.values(), ids=NOTHING.keys())
def test_where_no_other_rule_is_the_honest_answer_goes_out_unnamed(
    deed: dict[str, Any], kind: str, reason: str
) -> None:
    played = Witness([{"name": "odd", **deed}], provenance=True)
    seen = played.ask(kind)
    assert (seen.exchange.rule, seen.exchange.turn, seen.exchange.faults) == ("", "", ())
    assert (seen.spoiled, seen.ended, seen.moved) == (False, False, False)
    assert seen.exchange.response is seen.exchange.honest.response


# what it is: (the rule, the request, the faults that are named)
SOMETHING: dict[str, tuple[dict[str, Any], str, tuple[str, ...]]] = {
    "a total that wanders from nothing": ({"rows": {"wander": 1000}}, "nobody", ()),
    "a page in another order": ({"rows": {"shuffle": True}}, "page 1", ()),
    "a token is ended, no more": ({"token": "expire"}, "page 1", ()),
    "a token is ended, whatever is asked": ({"token": "expire"}, "bad page", ()),
    "the token that is issued": ({"token": "revoke"}, "gettoken", ()),
    "a state is changed, no more": ({"state": {"becomes": "down"}}, "page 1", ()),
    "a state is changed, and the fault finds no prey": (
        {**faults({"latency": "0s"}), "state": {"becomes": "down"}}, "page 1", (),
    ),
    "one fault of two": (faults({"latency": "0s"}, "bom"), "page 1", ("bom",)),
    "an answer, and the fault finds no prey": (
        {"respond": {"status": 200, "json": 1}, **faults({"cut": "100%"})}, "page 1", (),
    ),
    "another status of the same body": ({"respond": {**REFUSED, "status": 401}}, "bad token", ()),
    "segments": (faults({"slicer": 16}), "page 1", ("slicer",)),
}  # fmt: skip


@pytest.mark.parametrize(("deed", "kind", "named"), SOMETHING.values(), ids=SOMETHING.keys())
def test_a_rule_that_changes_anything_is_named(
    deed: dict[str, Any], kind: str, named: tuple[str, ...]
) -> None:
    played = Witness([{"name": "odd", **deed}, NEXT], provenance=True)
    seen = played.ask(kind)
    exchange = seen.exchange
    assert (exchange.rule, exchange.faults, exchange.turn) == ("odd", named, "odd")
    header = "; ".join(("odd", *(f"fault={name}" for name in named)))
    assert ("X-Simulator-Rule", header) in exchange.response.headers
    assert +played.told["coverage"] == {"odd": 1}


def test_a_token_ends_once() -> None:
    played = Witness([{"name": "ends", "token": "expire"}])
    first, second = played.ask("page 1"), played.ask("page 1")
    assert (first.exchange.rule, second.exchange.rule) == ("ends", "")
    assert second.exchange.notes == ("ends: no good token to end",)
    assert second.exchange.honest.fields["errorCode"] == 900001


def test_a_state_is_entered_once_and_the_count_stands_still_meanwhile() -> None:
    played = Witness([{"name": "moves", "after": 1, "state": {"becomes": "down"}}, NEXT])
    told = [
        (each.rule, "".join(held.why for held in each.held_back if held.rule == "moves"))
        for each in _asked(played, "page 1", 4)
    ]
    assert told == [
        ("next", "after: match 1 of the first 1"),
        ("moves", ""),
        ("next", "state: is down already"),
        ("next", "state: is down already"),
    ]


def test_a_turn_that_is_spent_on_nothing_names_nobody_and_ends_the_asking() -> None:
    drawn = {
        "name": "drawn",
        "times": 20,
        "one_of": [{"weight": 1}, {"weight": 1, "respond": {"status": 500}}],
    }
    played = Witness([drawn, NEXT])
    exchanges = list(_asked(played, "page 1", 21))
    spent = [each for each in exchanges[:20] if not each.rule]
    assert 0 < len(spent) < 20
    assert {each.turn for each in exchanges[:20]} == {"drawn"}
    why = "one_of: spent its turn on outcome 1, which changes nothing here"
    assert {each.held_back for each in spent} == {(HeldBack("drawn", why),)}
    assert played.told["rules"] == {"drawn": 20 - len(spent), "next": 1}
    assert exchanges[20].rule == "next"


def test_a_turn_that_is_spent_on_what_cannot_be_done_says_so() -> None:
    drawn = {"name": "drawn", "one_of": [patch("remove", "/recordList/0/flag"), {"respond": {"status": 500}}]}
    played = Witness([drawn, NEXT])
    spent = [each for each in _asked(played, "page 1", 20) if not each.rule]
    assert spent
    for each in spent:
        (note,) = each.notes
        assert note.startswith("drawn: patch[0]")


def _asked(played: Witness, kind: str, times: int) -> list[Exchange]:
    return [played.ask(kind).exchange for _ in range(times)]


def test_rules_behind_the_one_that_takes_the_request_are_neither_tried_nor_told_of() -> None:
    played = Witness([{"name": "first", "faults": ["bom"]}, {"name": "idle", "rows": {"total": 0}}])
    exchange = played.ask("page 1").exchange
    assert (exchange.rule, exchange.notes) == ("first", ())


def test_a_closed_window_keeps_its_place_among_the_reasons() -> None:
    closed = {"name": "closed", "window": {"from": "1h"}, "faults": ["bom"]}
    idle = {"name": "idle", "rows": {"total": 0}}
    later = {"name": "later", "after": 9, "faults": ["bom"]}
    played = Witness([idle, later, {**closed, "name": "shut"}, idle | {"name": "idler"}, NEXT, closed])
    exchange = played.ask("page 1").exchange
    assert [held.rule for held in exchange.held_back] == ["later", "shut"]
    assert [note.partition(":")[0] for note in exchange.notes] == ["idle", "idler"]
    assert exchange.rule == "next"


# Faults of plugins


@fault("failing", examples=[None])
@dataclass(frozen=True, slots=True)
class Failing(Fault):
    """Fails."""

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Fail."""
        raise OSError("no disk")


@fault("late", examples=[None])
@dataclass(frozen=True, slots=True)
class Late(Fault):
    """Waits."""

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Wait before all else."""
        return (Wait(1.0), *script)


def plugged(*chain: Fault) -> Exchange:
    """Ask a rule whose faults are those of plugins, and one after it."""
    text = json.dumps({"tenant": {"tokens": [TOKEN]}, "rules": [{"name": "odd", "faults": ["bom"]}, NEXT]})
    scenario = loader.loads(text.encode(), "acme.yaml", "acme")
    odd, after = scenario.rules
    rules = (replace(odd, actions=((Action(faults=chain), 1.0),)), after)
    played = Witness([])
    played.engine = Engine({"acme": replace(scenario, rules=rules)})
    return played.ask("page 1").exchange


def test_a_fault_of_a_plugin_that_fails_changes_nothing() -> None:
    exchange = plugged(Failing())
    assert (exchange.rule, exchange.notes) == ("next", ("odd: nothing in this answer for failing to spoil",))
    exchange = plugged(Failing(), Late())
    assert (exchange.rule, exchange.faults) == ("odd", ("late",))
    assert exchange.notes == ("odd: nothing in this answer for failing to spoil",)
