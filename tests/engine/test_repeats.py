"""Answers that are given again: nobody can tell them from those that are decided anew."""

from __future__ import annotations

import json
import logging
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from examples import examples
from oifde_simulator.clock import ClockSetting
from oifde_simulator.immediate import immediate
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import Peer, Request
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import Scenario
from truth import HEADERS, Ticking

RECORDS = [
    {"callSorId": "1", "calledNumber": "9", "startTime": 1767225600000, "callId": "c1"},
    {"callSorId": "1", "calledNumber": "9", "startTime": 1767225661500, "callId": "c2"},
]
SHORT = {"tokens": [TOKEN], "token_lifetime": "5s", "secret": "secret"}
MATCH = {"endpoint": "queryRecordHistory"}
ELSEWHERE = {"name": "elsewhere", "match": {"request": {"pageNum": "2"}}, "respond": {"status": 503}}
FROM_ABROAD = {"name": "abroad", "match": {"client": "192.0.2.0/24"}, "respond": {"status": 503}}
SCENARIOS: dict[str, dict[str, Any]] = {
    "literal": {"tenant": SHORT, "sessions": {"records": RECORDS}},
    "standing": {
        "tenant": SHORT, "sessions": {"records": RECORDS, "users": {"1": 7}}, "clock": "2026-01-01T00:00:00Z",
    },
    "moving": {"tenant": SHORT, "sessions": {"users": {"1": 40}}},
    "counted": {"tenant": {**SHORT, "token_uses": 2}, "sessions": {"records": RECORDS}},
    "ruled elsewhere": {"tenant": SHORT, "sessions": {"records": RECORDS}, "rules": [ELSEWHERE]},
    "ruled by sender": {"tenant": SHORT, "sessions": {"records": RECORDS}, "rules": [FROM_ABROAD]},
    "ruled": {
        "tenant": SHORT, "sessions": {"records": RECORDS},
        "rules": [{"name": "own", "match": MATCH, "every": 2, "respond": {"status": 503}}],
    },
}  # fmt: skip
ADDED = {"name": "added", "match": MATCH, "times": 1, "respond": {"status": 500}}


def scenario(name: str) -> Scenario:
    return loader.loads(json.dumps(SCENARIOS[name]).encode(), "acme.yaml", "acme")


class Step(NamedTuple):
    """A request, or what happens between two."""

    kind: str
    value: Any = None


QUERIES = st.sampled_from(
    [{}, {}, {}, {"pageNum": "2"}, {"authToken": "wrong"}, {"authToken": "issued"}, {"userMobile": "+861"}]
)
STEPS = st.lists(
    st.one_of(
        st.builds(Step, st.just("query"), QUERIES),
        st.builds(Step, st.just("query"), QUERIES),
        st.builds(
            Step, st.sampled_from(["gettoken", "reset", "clear", "add", "remove", "freeze", "run"]), st.none()
        ),
        st.builds(Step, st.just("replace"), st.sampled_from(sorted(SCENARIOS))),
        st.builds(Step, st.just("time"), st.sampled_from([1, 900, 6_000, 3_600_000])),
    ),
    min_size=4,
    max_size=20,
)


class Sender:
    """A connection that counts its requests."""

    def __init__(self) -> None:
        self.requests = 0

    def next_peer(self) -> Peer:
        self.requests += 1
        return Peer("10.0.0.1", 1, self.requests)


class Server:
    """One server, which repeats its answers or decides each anew."""

    def __init__(self, name: str, *, repeats: bool) -> None:
        self.clock = Ticking()
        self.engine = Engine({"acme": scenario(name)}, clock=self.clock)
        self.sender = Sender()
        self.repeated = 0
        self.issued = "none"
        self.fields: dict[str, Any] = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"}
        self._repeats = repeats
        immediate(self.engine.tenants.named("acme"))

    def ask(self, path: str, fields: dict[str, Any]) -> bytes:
        """Send a request; returns the bytes of its answer."""
        body = json.dumps(fields).encode()
        name, repeats = path.encode() + body, self.engine.pipeline.repeats
        known = repeats.find(name) if self._repeats else None
        if known is not None and (octets := repeats.answer(name, known, self.sender)):
            self.repeated += 1
            return octets
        exchange = self.engine.handle(Request("POST", path, HEADERS, body, peer=self.sender.next_peer()))
        octets = b"".join(bytes(action.octets) for action in exchange.script if hasattr(action, "octets"))
        exchange.outcome.sent = len(octets)
        exchange.outcome.end("complete")
        repeats.note(name, exchange)
        return octets

    def play(self, step: Step) -> object:
        """Take a step; returns what is to be seen of it."""
        if step.kind == "query":
            token = self.issued if step.value.get("authToken") == "issued" else None
            return self.ask(QUERY, self.fields | step.value | ({"authToken": token} if token else {}))
        if step.kind == "gettoken":
            return self._fetch_token()
        if step.kind == "time":
            self.clock.time += step.value
        elif step.kind == "replace":
            self.engine.change("acme", scenario(step.value))
        else:
            immediate(self._change(step.kind))
        return None

    def _fetch_token(self) -> bytes:
        answer = self.ask(GETTOKEN, {"appKey": "acme", "appSecret": "secret"})
        self.issued = json.loads(answer.partition(b"\r\n\r\n")[2])["authToken"]
        return answer

    async def _change(self, kind: str) -> None:
        admin, tenant = self.engine.admin, await self.engine.tenants.named("acme")
        if kind in ("reset", "clear"):
            await getattr(admin, kind)("acme")
        elif kind == "add":
            await admin.remove_added_rules(tenant)
            await admin.add_rules(await self.engine.tenants.named("acme"), [ADDED], [None])
        elif kind == "remove":
            await admin.remove_added_rules(tenant)
        else:
            setting = ClockSetting(instant=self.clock.time) if kind == "freeze" else ClockSetting()
            await admin.change_clock("acme", lambda _before, _now: setting)

    def told(self) -> tuple[list[Entry], list[Any], list[Any]]:
        """All that the journal and the metrics tell, but for how long anything took."""
        entries = [
            each._replace(outcome=each.outcome._replace(seconds=0.0), charge=0)
            for each in self.engine.entries()
        ]
        meter = self.engine.pipeline._meter
        recent = {kind: sum(counts) for kind, counts in meter.recent.series(60).kinds.items()}
        return entries, list(meter), [sum(meter.durations), recent]


@pytest.mark.slow
@settings(max_examples=examples(200))
@given(st.sampled_from(sorted(SCENARIOS)), STEPS)
@example("literal", [Step("query", {})] * 3 + [Step("add"), *[Step("query", {})] * 3])
@example("literal", [Step("query", {}), Step("replace", "moving"), Step("query", {})])
@example("literal", [Step("gettoken"), *[Step("query", {"authToken": "issued"}), Step("time", 6_000)] * 2])
def test_no_answer_no_record_and_no_count_tells_that_an_answer_was_given_again(
    name: str, steps: list[Step]
) -> None:
    plain, repeating = Server(name, repeats=False), Server(name, repeats=True)
    for step in steps:
        assert repeating.play(step) == plain.play(step), step
    assert repeating.told() == plain.told()


@pytest.mark.parametrize(
    ("name", "repeated"),
    [
        ("literal", 2),
        ("standing", 2),
        ("moving", 2),
        ("counted", 0),
        ("ruled", 0),
        ("ruled elsewhere", 2),
        ("ruled by sender", 0),
    ],
)
def test_what_cannot_differ_is_given_again_and_nothing_else(name: str, repeated: int) -> None:
    server = Server(name, repeats=True)
    for _ in range(3):
        server.play(Step("query", {}))
    assert server.repeated == repeated


@pytest.mark.parametrize("change", ["reset", "clear", "add", "freeze"])
def test_a_change_of_the_tenant_ends_its_repeats(change: str) -> None:
    server = Server("literal", repeats=True)
    for _ in range(2):
        server.play(Step("query", {}))
    server.play(Step(change))
    server.play(Step("query", {}))
    assert server.repeated == 1


def test_a_query_that_finds_nothing_is_decided_each_time() -> None:
    """What another reading of its number finds may be another each minute."""
    server = Server("moving", repeats=True)
    for _ in range(3):
        server.play(Step("query", {"userMobile": "+861"}))
    assert server.repeated == 0
    assert all(each.warnings for each in server.engine.entries())


def test_what_cannot_be_given_again_is_not_remembered_anew(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server = Server("literal", repeats=True)
    server.play(Step("query", {}))
    made: list[object] = []
    monkeypatch.setattr("oifde_simulator.engine.repeats.Repeat", lambda *_: made.append(1))
    monkeypatch.setattr(server.engine.pipeline.repeats, "_answer", lambda *_: b"")
    for level in (logging.WARNING, logging.INFO):
        caplog.set_level(level, "oifde_simulator.exchanges")
        server.play(Step("query", {}))
        server.play(Step("query", {"pageNum": "2"}) if level == logging.INFO else Step("query", {}))
    assert made == []


def test_a_repeat_that_fails_is_decided_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server("literal", repeats=True)
    first = server.play(Step("query", {}))
    monkeypatch.setattr(type(server.engine.state.exchanges), "repeat", lambda *_: 1 / 0)
    assert server.play(Step("query", {})) == first
    assert server.repeated == 0
    assert len(server.engine.entries()) == 2


def test_an_answer_that_cannot_be_remembered_is_given_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server("literal", repeats=True)
    monkeypatch.setattr("oifde_simulator.engine.repeats.steady_until", lambda *_: 1 / 0)
    answers = [server.play(Step("query", {})) for _ in range(2)]
    assert answers[0] == answers[1]
    assert server.repeated == 0
