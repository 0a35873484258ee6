"""Laws that hold for any rules and requests, whatever keys the rules have."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from conftest import TOKEN
from examples import examples
from oifde_simulator.engine.bodies import BodyMaker
from oifde_simulator.engine.explain import Explainer, Explanation
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Peer, Request
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.state.entry_codec import decode, encode
from oifde_simulator.stepwise import complete
from oifde_simulator.tenants import Tenants
from truth import ALONG, CHAINS, MATCHES, RULES, Ticking, Witness, having, with_along

Rule = dict[str, Any]

SENDERS = st.sampled_from(
    [{"client": "10.0.0.1"}, {"client": ["10.0.0.0/24", "::1"]}, {"connection": {"requests": 1}},
     {"headers": {"X-Trace": "a"}}]
)  # fmt: skip
COUNTED = st.lists(
    st.sampled_from(["client", "connection", "headers.X-Trace"]), min_size=1, max_size=2, unique=True
)
AFTER = st.integers(1, 2) | having(
    {"distinct": st.sampled_from(["client", "connection", "headers.X-Trace"]),
     "count": st.integers(1, 2)}
)  # fmt: skip
OVER = st.sampled_from(
    [{"in_flight": 1}, {"in_flight": 2}, {"limit": 1, "window": "2s"}, {"limit": 2, "window": "day"},
     {"limit": 1, "window": "3s", "slide": True}, {"limit": 1, "window": "1s", "enforce": True}]
)  # fmt: skip
WINDOW = st.sampled_from(
    [{"from": "2s"}, {"until": "3s"}, {"from": "1s", "until": "2s", "repeat": "4s"},
     {"at": "00:00", "for": "3s"}, {"at": "00:00:02", "for": "24h"}]
)  # fmt: skip
RESPOND = st.sampled_from(
    [{"body": "{{ headers.X-Trace }} {{ count }} {{ now }}"}, {"json": {"errorCode": "{{ count }}"}},
     {"headers": {"X-Trace": "{{ headers.x-trace | upper }}", "X-Count": "{{ count }}"}, "status": 200},
     {"json": {"token": "{{ request.authToken }}", "b": "{{ headers.Absent | default: 1 }}"}}]
)  # fmt: skip
PATCH = st.sampled_from(
    [[{"op": "add", "path": "/trace", "value": "{{ headers.X-Trace }}é"}],
     [{"op": "add", "path": "/count", "value": "{{ count }}"}, {"op": "remove", "path": "/total"}],
     [{"op": "replace", "path": "/errorMsg", "value": "{{ request.pageSize | json }}, {{ now }}"}],
     [{"op": "repeat", "path": "/recordList/0", "count": 300}]]
)  # fmt: skip
DEEDS = ("headers", "faults", "rows", "patch", "respond", "token", "one_of", "also")
KEYS = st.one_of(
    st.just({}),
    having({"match": MATCHES | SENDERS}, per=COUNTED),
    having({"after": AFTER}, per=COUNTED),
    having({"over": OVER}, per=COUNTED),
    having({"window": WINDOW}),
    having({"respond": RESPOND}, faults=CHAINS),
    having({"patch": PATCH}, faults=CHAINS),
)
MORE = st.lists(KEYS, min_size=8, max_size=8)
"""Keys to be put into the rules of `truth`, one mapping for each of at most seven rules."""


class Step(NamedTuple):
    """One request of a client."""

    kind: str
    client: str
    connection: int
    requests: int
    trace: str
    in_flight: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["page 1", "page 1", "page 2", "nobody", "bad token", "gettoken", "issued", "HEAD",
                         "closes", "no JSON", "elsewhere"]),
        st.sampled_from(["10.0.0.1", "10.0.0.2", "::1"]),
        st.integers(1, 3),
        st.integers(1, 2),
        st.sampled_from(["", "a", "b", "x" * 200]),
        st.integers(1, 4),
    ),
    min_size=4,
    max_size=12,
)  # fmt: skip


class Asking(Witness):
    """A server whose clients have addresses and connections, and whose exchanges take a while."""

    def take(self, step: Step) -> Exchange:
        """Send a request, while so many are in flight: itself and those before it."""
        self.step, self.open = step, getattr(self, "open", deque[Exchange]())
        while len(self.open) >= step.in_flight:
            self.open.popleft().outcome.end("complete")
        exchange = self.ask(step.kind).exchange
        self.open.append(exchange)
        return exchange

    def _request(self, kind: str) -> tuple[Request, str]:
        request, token = super()._request(kind)
        return sent(request, self.step), token


def sent(request: Request, step: Step) -> Request:
    request.peer = Peer(step.client, step.connection, step.requests)
    request.headers = CIMultiDict(
        {**request.headers, "X-Trace": step.trace} if step.trace else request.headers
    )
    return request


def played(rules: list[Rule], steps: list[Step]) -> Asking:
    """Serve rules, and send requests; rules that a scenario cannot have are left out."""
    try:
        asking = Asking(rules, provenance=True)
    except ScenarioErrors:
        assume(False)
        raise
    for step in steps:
        asking.take(step)
    return asking


def explained(asking: Asking, steps: list[Step]) -> list[Explanation]:
    """What `explain` says of the requests that were sent to a server."""
    clock = Ticking()
    world = asking.engine.tenant("acme").world
    assert world.scenario
    tenants = Tenants({"acme": world.scenario}, seed="0", error_status=200, clock=clock, tenantless="acme")
    explainer, found = Explainer(tenants), []
    for seen, step in zip(asking.seen, steps, strict=True):
        clock.time = seen.exchange.at
        found.append(explainer.explain(seen.exchange.request, step.in_flight))
    return found


def assert_lawful(rules: list[Rule], steps: list[Step]) -> None:
    asking = played(rules, steps)
    for seen in asking.seen:
        exchange = seen.exchange
        assert not [note for note in exchange.notes if "defect" in note], exchange.notes
        assert bool(exchange.rules) == (plainly(exchange) or seen.ended or seen.moved), exchange.notes
    assert_made_again(asking)
    again = played(rules, steps)
    assert [each.exchange.script for each in again.seen] == [each.exchange.script for each in asking.seen]
    for told, seen in zip(explained(asking, steps), asking.seen, strict=True):
        exchange = seen.exchange
        assert told.exchange.script == exchange.script
        assert (told.exchange.held_back, told.exchange.notes) == (exchange.held_back, exchange.notes)
        fired = {each.rule for each in told.verdicts if each.outcome == "fired"}
        assert fired == {*exchange.rules}
        assert all(each.reasons for each in told.verdicts if each.outcome != "fired"), told.verdicts
    for whose, counted in asking.told.items():
        assert +counted == asking.named, whose


def plainly(exchange: Exchange) -> bool:
    """Check that the script is not the honest one, apart from the header that names rules."""
    response = exchange.response
    headers = tuple(each for each in response.headers if each[0] != "X-Simulator-Rule")
    honest = exchange.honest.response
    if (response.status, response.body, headers) != (honest.status, honest.body, honest.headers):
        return True
    return exchange.script != response.script(exchange.request, exchange.at)


def assert_made_again(asking: Asking) -> None:
    tenant, journal = asking.engine.tenant("acme"), asking.engine.journal
    for entry, seen in zip(asking.engine.entries(), asking.seen, strict=True):
        assert decode(encode(entry)) == entry
        bodies = complete(BodyMaker(entry, tenant, journal, (TOKEN,)).make())
        exchange = seen.exchange
        if entry.endpoint == "gettoken":  # its token is shown by its fingerprint
            continue
        shown = exchange.response.body.replace(TOKEN.encode(), journal.redaction.fingerprint(TOKEN).encode())
        assert bodies.sent.why or bodies.sent.octets == shown
        assert bodies.honest.why or bodies.honest.octets == exchange.honest.response.body


def _rules(rules: list[Rule], along: list[tuple[int, Rule]], more: list[Rule]) -> list[Rule]:
    """Put more keys into rules; what another rule does goes in the place of what it did."""
    made = []
    for rule, keys in zip(with_along(rules, along), more, strict=False):
        others = keys.keys() & {*DEEDS}
        made.append({**{key: rule[key] for key in rule if not others or key not in DEEDS}, **keys})
    return made


LAWFUL = st.builds(_rules, RULES, st.just([]) | ALONG, MORE)


@settings(max_examples=examples(150, everyday=12))
@given(LAWFUL, STEPS)
def test_the_laws_hold_for_any_rules(rules: list[Rule], steps: list[Step]) -> None:
    assert_lawful(rules, steps)
