"""Rules and requests drawn by Hypothesis, and a server that tells by other means what a rule has changed.

Rule: nothing here asks the rules room. What changed is read off the scripts, the tokens and the states.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from oifde_simulator.engine.counting.metrics import Meter
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.immediate import immediate
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.model.turn import START
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario import loader

NOW = 1_767_225_600_000
STEP = 700
"""Milliseconds between two requests."""
JSON_TYPE = "application/json; charset=UTF-8"
HEADERS = {"Content-Type": JSON_TYPE}

Strategy = st.SearchStrategy[Any]


class Ticking:
    """Time of day that a test moves."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> int:
        """Tell the time."""
        return self.time


# Rules

MATCHES = st.sampled_from(
    [{}, {}, {"endpoint": "queryRecordHistory"}, {"endpoint": "gettoken"}, {"request": {"pageNum": "2"}},
     {"response": {"errorCode": 0}}, {"response": {"total": {"minimum": 1}}},
     {"request": {"userMobile": "1"}}]
)  # fmt: skip
RESPONDS = st.sampled_from(
    [{"status": 503, "body": "x"}, {"status": 200, "json": {}}, {"error": "token-expired"},
     {"status": 200, "json": {"page": "{{ request.pageNum }}"}}, {"base64": "AA=="},
     {"headers": {"X-Page": "{{ request.pageNum | default: 1 }}"}, "body": "{{ count }}"},
     {"errorCode": 900002, "errorMsg": "Failed to check the token information: authToken was not issued to "
      "this tenant; fetch one from gettoken"}]
)  # fmt: skip
ROWS = st.sampled_from(
    [{"repeat": 2}, {"skip": 1}, {"shift": 1}, {"late": "0s"}, {"late": "2400h"}, {"total": 0}, {"total": -1},
     {"wander": 1}, {"total": -1, "wander": 1}, {"shuffle": True}, {"shuffle": True, "repeat": 1}]
)  # fmt: skip
PATCHES = st.sampled_from(
    [[{"op": "remove", "path": "/recordList/*/callId"}], [{"op": "test", "path": "/errorCode", "value": 0}],
     [{"op": "replace", "path": "/errorCode", "value": 0}], [{"op": "remove", "path": "/total"}],
     [{"op": "replace", "path": "/errorCode", "value": 7}], [{"op": "add", "path": "/new", "value": 1}],
     [{"op": "replace", "path": "/errorCode", "value": "{{ honest.errorCode }}"}],
     [{"op": "replace", "path": "/total", "value": "{{ count }}"}],
     [{"op": "test", "path": "/errorMsg", "value": "{{ request.userMobile }}"},
      {"op": "remove", "path": "/total"}]]
)  # fmt: skip
LATENCIES = st.sampled_from(
    ["0s", "1ms", {"fixed": "0s", "at": "body"}, {"ramp": {"from": "1s", "to": "0s", "over": "2s"}},
     {"ramp": {"from": "0s", "to": "1s", "over": "1h"}}, {"uniform": {"min": "0s", "max": "0s"}},
     {"uniform": {"min": "0s", "max": "1s"}}, {"percentiles": {"p50": "0s", "p95": "0s", "p99": "1s"}},
     {"percentiles": {"p50": "0s", "p95": "1s", "p99": "1s"}}]
)  # fmt: skip
FAULTS = st.one_of(
    LATENCIES.map(lambda value: {"latency": value}),
    st.sampled_from(
        ["bom", "close", "reset", "empty-response", "truncated-json", {"cut": {"bytes": 20}},
         {"cut": {"bytes": 1000000}}, {"cut": "100%"}, {"content-type": JSON_TYPE},
         "content-type", "gzip", {"charset": "GBK"}, {"charset": {"name": "GBK", "say": False}},
         {"content-length": {"value": 61}}, {"slow-close": "0s"}, {"bandwidth": "1MiB"},
         {"dribble": {"chunks": 2, "over": "0s"}}, {"slicer": {"bytes": "1MiB"}}, "invalid-utf8"]
    ),
)  # fmt: skip
CHAINS = st.lists(FAULTS, min_size=1, max_size=2)
TOKENS = st.sampled_from(["expire", "revoke"])


def having(required: dict[str, Strategy], **optional: Strategy) -> Strategy:
    """Draw a mapping."""
    return st.fixed_dictionaries(required, optional=optional)


SET = st.sampled_from(
    [{"X-Maintenance": "tonight"}, {"Server": None}, {"Content-Type": JSON_TYPE}, {"X-A": 1, "Server": "x"},
     {"Retry-After": {"http_date": "30s"}}, {"X-Absent": None}]
)  # fmt: skip
DEEDS = st.one_of(
    having({"headers": SET}, faults=CHAINS, token=TOKENS),
    having({"faults": CHAINS}, token=TOKENS),
    having({"rows": ROWS}, faults=CHAINS),
    having({"patch": PATCHES}, faults=CHAINS, token=TOKENS),
    having({"respond": RESPONDS}, faults=CHAINS, token=TOKENS, headers=SET),
    having({"token": TOKENS}),
)
OUTCOMES = st.lists(
    st.booleans().flatmap(lambda idle: st.just({}) if idle else DEEDS), min_size=2, max_size=3
)
WEIGHTS = st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(lambda drawn: drawn[0] > 0)
CHOICES = st.builds(
    lambda outcomes, weights: {
        "one_of": [{**each, "weight": weight} for each, weight in zip(outcomes, weights, strict=False)]
    },
    OUTCOMES,
    WEIGHTS,
)
STATES = st.sampled_from([START, "a", "b"])
LASTING = {"a": {"for": f"{2 * STEP}ms", "then": "b"}, "b": {"for": f"{3 * STEP}ms"}}
"""How long states last in rules that say so: a few requests."""
MOVES = st.builds(
    lambda state, lasts: {**state, **(LASTING.get(state.get("is", ""), {}) if lasts else {})},
    having({"becomes": STATES}, **{"is": STATES}),
    st.booleans(),
)
KINDS = [DEEDS, CHOICES, st.just({}), DEEDS, CHOICES]
DONE = st.one_of(
    st.sampled_from([DEEDS, CHOICES]).flatmap(lambda kind: kind),
    st.builds(
        lambda done, state: {**done, "state": state}, st.sampled_from(KINDS).flatmap(lambda kind: kind), MOVES
    ),
)
WHEN = having(
    {"match": MATCHES}, times=st.integers(1, 3), after=st.integers(1, 2), every=st.integers(2, 3),
    probability=st.sampled_from([0.3, 0.7]),
)  # fmt: skip


def _rules(drawn: list[tuple[dict[str, Any], dict[str, Any], bool]]) -> list[dict[str, Any]]:
    """Name rules; `per` goes with requests that have a user."""
    made = []
    for place, (when, done, per) in enumerate(drawn):
        counted = {"per": ["userMobile"]} if per and when["match"].get("endpoint") != "gettoken" else {}
        made.append({"name": f"r{place}", **when, **counted, **done})
    return made


RULES = st.lists(st.tuples(WHEN, DONE, st.booleans()), min_size=1, max_size=4).map(_rules)

# Rules that go along

ADDED = st.one_of(
    having({"faults": st.lists(LATENCIES.filter(lambda each: "at" not in each).map(
        lambda value: {"latency": value}), min_size=1, max_size=2)}, headers=SET),
    having({"headers": SET}),
)  # fmt: skip
ALONG_WHEN = having(
    {"match": MATCHES}, times=st.integers(1, 3), after=st.integers(1, 2), every=st.integers(2, 3),
    probability=st.sampled_from([0.3, 0.7]), state=having({"is": STATES}),
)  # fmt: skip
ALONG = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.builds(lambda when, done: {**when, **done, "also": True}, ALONG_WHEN, ADDED | st.builds(
            lambda outcomes: {"one_of": outcomes}, st.lists(ADDED | st.just({}), min_size=1, max_size=2))),
    ),
    min_size=1,
    max_size=3,
)  # fmt: skip
"""Rules that go along, each with a place among the others."""


def with_along(rules: list[dict[str, Any]], along: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Put rules that go along among others."""
    more = [*rules]
    for number, (place, rule) in enumerate(along):
        more.insert(place, {"name": f"along{number}", **rule})
    return more


IDLE: list[dict[str, Any]] = [
    {"faults": [{"latency": "0s"}]},
    {"faults": [{"cut": {"bytes": 1000000}}]},
    {"rows": {"total": 0}},
    {"one_of": [{}, {"weight": 2, "faults": [{"latency": "0s"}]}, {"weight": 0, "respond": {"status": 500}}]},
    {"patch": [{"op": "test", "path": "/errorCode", "value": 0}]},
    {
        "patch": [{"op": "remove", "path": "/recordList/0/flag"}],
        "faults": ["reset"],
        "state": {"becomes": "a"},
    },
]
"""What changes nothing, whatever the request."""


# Requests

REQUESTS = st.lists(
    st.sampled_from(
        ["page 1", "page 1", "page 2", "page 9", "nobody", "bad token", "no token", "issued", "gettoken",
         "bad secret", "closes", "HEAD", "elsewhere", "no JSON", "unreadable"]
    ),
    min_size=4,
    max_size=12,
)  # fmt: skip
QUERIES: dict[str, dict[str, Any]] = {
    "page 1": {}, "page 2": {"pageNum": "2"}, "page 9": {"pageNum": "9"}, "nobody": {"userMobile": "2"},
    "bad token": {"authToken": "wrong"}, "no token": {"authToken": None}, "closes": {},
    "bad page": {"pageNum": "0"},
}  # fmt: skip


@dataclass
class Seen:
    """One exchange, with what it changed by other evidence than the rules' own."""

    exchange: Exchange
    ended: bool
    """Whether its token was good, and is no more."""
    moved: bool
    """Whether a state is another than before."""

    @property
    def spoiled(self) -> bool:
        """Whether the script is not the honest one."""
        exchange = self.exchange
        return exchange.script != exchange.honest.response.script(exchange.request, exchange.at)


@dataclass
class Witness:
    """A server of one tenant, `acme`, that is asked in the process."""

    rules: list[dict[str, Any]]
    provenance: bool = False
    seen: list[Seen] = field(default_factory=list)

    def __post_init__(self) -> None:
        document = {
            "tenant": {"tokens": [TOKEN]},
            "settings": {"provenance": self.provenance},
            "sessions": {"users": {"1": 13, "3": 1}},
            "rules": self.rules,
        }
        scenario = loader.loads(json.dumps(document).encode(), "acme.yaml", "acme")
        self.clock, self.meter = Ticking(), Meter()
        self.engine = Engine({"acme": scenario}, clock=self.clock, tenantless="acme")
        self.engine.pipeline = Pipeline(
            Router(bad_json_status=400), self.engine.tenants, self.engine.journal, self.meter
        )
        self.issued = "none"

    def ask(self, kind: str) -> Seen:
        """Send a request of a kind, and see what it changes."""
        self.clock.time += STEP
        request, token = self._request(kind)
        good, states = self._is_good(token), self._states()
        if kind == "unreadable":
            refused = Response(400, b"not HTTP", ())
            exchange = immediate(self.engine.pipeline.unreadable("odd", refused))
        else:
            exchange = self.engine.handle(request)
        if kind == "gettoken":
            token = self.issued = exchange.honest.fields["authToken"]
            good = True
        self.seen.append(Seen(exchange, good and not self._is_good(token), self._states() != states))
        return self.seen[-1]

    def _request(self, kind: str) -> tuple[Request, str]:
        if kind == "elsewhere":
            return Request("GET", "/elsewhere", {}), ""
        if kind == "no JSON":
            return Request("POST", QUERY, {}, b"{"), ""
        if kind in ("gettoken", "bad secret"):
            secret = "secret" if kind == "gettoken" else "wrong"
            body = {"appKey": "acme", "appSecret": secret}
            return Request("POST", GETTOKEN, HEADERS, json.dumps(body).encode()), ""
        fields = {"authToken": self.issued} if kind == "issued" else QUERIES.get(kind, {})
        body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1", "pageSize": "5", **fields}
        octets = json.dumps({name: value for name, value in body.items() if value is not None}).encode()
        method = "HEAD" if kind == "HEAD" else "POST"
        request = Request(method, QUERY, HEADERS, octets, keep_alive=kind != "closes")
        return request, "" if kind == "HEAD" else str(body["authToken"] or "")

    def _is_good(self, token: str) -> bool:
        tenant = self.engine.tenant("acme")
        step = tenant.credentials.token_step(token, self.clock.now())
        assert step is not None
        admit = self.engine.state.exchanges.admit(tenant.read, step._replace(is_use=False))
        return immediate(admit).token == "good"

    def _states(self) -> dict[tuple[str, ...], str]:
        states, tenant = self.engine.state.tenants, self.engine.tenant("acme")
        now, times = tenant.clock.now(), tenant.rules.times
        values = immediate(states.states("acme"))
        found = {value: immediate(states.state("acme", value, now, times)) for value in values}
        return {value: state for value, state in found.items() if state != START}

    # What is said of the rules, by whom

    @property
    def named(self) -> Counter[str]:
        """Rules that exchanges name, and how often."""
        return Counter(rule for each in self.seen for rule in each.exchange.rules)

    @property
    def told(self) -> dict[str, Counter[str]]:
        """How often rules have fired, by whoever counts them."""
        names = [rule["name"] for rule in self.rules]
        standing = immediate(self.engine.state.tenants.rules("acme", names))
        coverage = immediate(self.engine.state.coverage.snapshot())
        metered: Counter[str] = Counter()
        for _, rule, number in self.meter.fired():
            metered[rule] += number
        return {
            "rules": Counter({each.name: each.fired for each in standing}),
            "coverage": Counter({name: rule.fired for each in coverage for name, rule in each.rules.items()}),
            "metrics": metered,
            "journal": Counter(rule for entry in self.engine.entries() for rule in entry.rules),
        }
