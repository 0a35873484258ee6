"""What a rule could change is judged before it is counted: by trial, and remembered within bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from fault_scripts import WHOLE, answer
from fault_values import items
from oifde_simulator.faults import Fault, FaultContext, apply, build, builtin_faults
from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import Request, Response
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.oifde.operations.query_record_history import records_response
from oifde_simulator.population.literal import LiteralSessions
from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.rules import ability
from oifde_simulator.rules.ability import Judge, probes
from oifde_simulator.rules.action import ActionContext
from oifde_simulator.rules.answers.pagination import Rows
from oifde_simulator.rules.answers.patch import Patch
from oifde_simulator.rules.conditions.triggers import Moment
from oifde_simulator.rules.effect import Occasion
from oifde_simulator.rules.rule import Rule
from oifde_simulator.scenario import rule_builder
from oifde_simulator.wire.script import Script, does_more

ITEMS = items(builtin_faults())
BODIES = st.integers(0, 80).flatmap(
    lambda size: st.lists(st.binary(min_size=size, max_size=size), min_size=2, max_size=2)
)
METHODS = st.sampled_from(["POST", "HEAD"])
ELAPSED = st.floats(0, 1e6)


def spoils(fault: Fault, script: Script, random: KeyedRandom, elapsed: float = 0.0) -> bool:
    """Check that a fault changes what happens on the wire."""
    return does_more(apply(script, [fault], FaultContext(random, elapsed)), script, closes=False)


def is_able(fault: Fault, script: Script, elapsed: float = 0.0) -> bool:
    """Try a fault as the judge does."""
    return any(spoils(fault, script, probe, elapsed) for probe in probes())


@settings(max_examples=examples(150))
@given(ITEMS, BODIES, METHODS, ELAPSED, st.integers())
def test_what_a_fault_could_change_never_depends_on_the_draw(
    item: Any, bodies: list[bytes], method: str, elapsed: float, seed: int
) -> None:
    fault, script = build(item), answer(bodies[0], method=method)
    drawn = spoils(fault, script, KeyedRandom(key(seed)), elapsed)
    # A wait may be drawn as none; then it is able where another draw waits.
    assert drawn <= is_able(fault, script, elapsed)
    if fault.fault_name != "latency":
        assert drawn == is_able(fault, script, elapsed)


@settings(max_examples=examples(150))
@given(ITEMS, BODIES, METHODS, ELAPSED, ELAPSED)
def test_a_fault_that_reads_no_clock_is_able_by_head_and_length_alone(
    item: Any, bodies: list[bytes], method: str, elapsed: float, later: float
) -> None:
    fault = build(item)
    if not (fault.reads_clock or fault.reads_body):
        one, other = (answer(body, method=method) for body in bodies)
        assert is_able(fault, one, elapsed) == is_able(fault, other, later)


# Rows

RECORD = {"callSorId": "1", "calledNumber": "9", "startTime": 0}
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "repeat": st.integers(1, 3), "skip": st.integers(1, 3), "shift": st.integers(1, 3),
        "total": st.integers(-3, 3), "wander": st.integers(1, 2), "shuffle": st.just(True),
        "late": st.sampled_from(["0s", "2s", "1h"]),
    },
)  # fmt: skip


def page(ids: str, first: int, size: int) -> Answer:
    """Answer a page of records, of which those with one letter are alike."""
    records = [{**RECORD, "callId": letter, "startTime": 1000} for letter in ids]
    sessions = LiteralSessions(records, world="w", tenant="t").select(Criteria(user="1"), 10_000)
    places = slice(first, first + size)
    response = records_response([each.encoded for each in sessions[places]], len(sessions))
    return Answer(response, {}, (), (), sessions, places, records_response)


@settings(max_examples=examples(100))
@given(ROWS, st.text("ab", max_size=4), st.integers(0, 2), st.integers(1, 3))
def test_rows_are_able_where_any_draw_changes_the_page(
    given: dict[str, Any], ids: str, number: int, size: int
) -> None:
    rows, honest = Rows.of(given), page(ids, number * size, size)

    def changes(random: KeyedRandom) -> bool:
        context = ActionContext(honest, lambda problem: honest, random, 2500)
        return rows.reshape(honest.response, context).body != honest.response.body

    drawn = any(changes(KeyedRandom(key(seed))) for seed in range(40))
    assert any(map(changes, probes())) == drawn


# What is remembered

PATCH = [{"op": "remove", "path": "/recordList/*/callId"}]


def occasion(body: bytes, honest: Answer | None = None, **request: Any) -> Occasion:
    asked = Request("POST", "/", {}, **request)
    honest = honest or Answer(Response(200, body), {})
    return Occasion(asked, honest, 0, lambda problem: honest, lambda how: None)


def rule(**deed: Any) -> Rule:
    (made,) = rule_builder.rules([deed])
    return made


NOW = Moment(0, 0)


@pytest.fixture
def patched(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that are patched."""
    found: list[bytes] = []
    reshape = Patch.reshape

    def counted(self: Patch, response: Response, context: ActionContext) -> Response:
        found.append(response.body)
        return reshape(self, response, context)

    monkeypatch.setattr(Patch, "reshape", counted)
    return found


def test_an_answer_is_patched_once_to_know_what_a_patch_could_change(patched: list[bytes]) -> None:
    judge, one = Judge(), rule(patch=PATCH)
    bodies = [b'{"recordList":[{"callId":"%d"}]}' % number for number in range(3)]
    for _ in range(50):
        assert all(judge.ability(one, occasion(body), NOW).acts for body in bodies)
    assert patched == bodies


def test_a_charset_is_judged_anew_for_another_text_of_the_same_length() -> None:
    judge, one = Judge(), rule(faults=[{"charset": {"name": "GBK", "say": False}}])
    plain, other = b'{"a":"abc"}', '{"a":"话"}'.encode()
    assert len(plain) == len(other)
    judged = [judge.ability(one, occasion(body), NOW).acts for body in (plain, other, plain)]
    assert judged == [False, True, False]


def test_a_patch_with_placeholders_is_judged_for_each_request(patched: list[bytes]) -> None:
    judge = Judge()
    one = rule(patch=[{"op": "replace", "path": "/a", "value": "{{ request.callId }}"}])
    same = occasion(b'{"a":"x"}')
    judged = [
        judge.ability(one, replace(same, document={"callId": text}), NOW).acts for text in ("x", "y", "x")
    ]
    assert judged == [False, True, False]
    assert patched == [b'{"a":"x"}'] * 3


def test_a_reason_is_remembered_too(patched: list[bytes]) -> None:
    judge, one = Judge(), rule(patch=[{"op": "remove", "path": "/nowhere"}])
    reasons = {judge.ability(one, occasion(b"{}"), NOW).reason for _ in range(5)}
    assert len(reasons) == len(patched) == 1
    assert "patch[0]" in reasons.pop()


def test_rules_that_are_written_otherwise_are_judged_for_themselves(patched: list[bytes]) -> None:
    judge, body = Judge(), occasion(b'{"a":1}')
    able, unable = (rule(patch=[{"op": "remove", "path": path}]) for path in ("/a", "/b"))
    assert [judge.ability(each, body, NOW).acts for each in (able, unable) * 2] == [True, False] * 2
    assert len(patched) == 2


def test_how_the_client_asks_is_part_of_what_is_remembered() -> None:
    judge, one = Judge(), rule(faults=["close"])
    for _ in range(2):
        assert judge.ability(one, occasion(b"{}"), NOW).acts
        assert not judge.ability(one, occasion(b"{}", keep_alive=False), NOW).acts


def test_a_ramp_is_judged_at_each_time() -> None:
    judge = Judge()
    ramp = rule(faults=[{"latency": {"ramp": {"from": "1s", "to": "0s", "over": "10s"}}}])
    able = [
        judge.ability(ramp, occasion(b"{}"), Moment(elapsed, elapsed)).acts for elapsed in (0, 9_999, 10_000)
    ]
    assert able == [True, True, False]


def test_verdicts_are_bounded_in_bytes_whatever_clients_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ability, "VERDICTS_KEPT", 64 << 10)
    judge, one = Judge(), rule(patch=PATCH)
    for number in range(500):
        judge.ability(
            one, occasion(b'{"recordList":[{"callId":"%d"}],"x":"%s"}' % (number, b"y" * 5000)), NOW
        )
    verdicts = judge._verdicts
    assert len(verdicts) < 200
    assert verdicts.weight <= 64 << 10
    assert not any(len(part) > 64 for name in verdicts.young for part in _texts(name))


def _texts(name: Any) -> list[Any]:
    return [part for part in name if isinstance(part, str | bytes)]


def test_the_probe_has_a_body_of_its_own() -> None:
    judge = Judge()
    honest = occasion(b"{}").honest
    before = honest.response.body
    judge.ability(rule(patch=[{"op": "add", "path": "/a", "value": 1}]), occasion(b"", honest), NOW)
    assert honest.response.body == before == b"{}"
    assert not does_more(WHOLE, WHOLE, closes=False)
