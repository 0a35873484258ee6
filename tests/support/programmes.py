"""Programmes of requests and control calls, drawn by Hypothesis, and what a world answers to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from conftest import GETTOKEN, QUERY, TOKEN
from replicas import Opened, World, comparable, world
from truth import MATCHES, MOVES, PATCHES, RESPONDS, ROWS, SET, TOKENS, having

Rule = dict[str, Any]

# Rules: every way of counting, and deeds that take no time

FAULTS = st.sampled_from(
    ["bom", "close", "reset", "empty-response", "truncated-json", {"cut": {"bytes": 20}}, {"latency": "1ms"},
     {"latency": {"uniform": {"min": "0s", "max": "1ms"}}}, "gzip", "invalid-utf8"]
)  # fmt: skip
DEEDS = st.one_of(
    having({"respond": RESPONDS}, headers=SET, token=TOKENS),
    having({"faults": st.lists(FAULTS, min_size=1, max_size=2)}, token=TOKENS),
    having({"rows": ROWS}),
    having({"patch": PATCHES}),
    having({"token": TOKENS}),
    st.just({"one_of": [{}, {"respond": {"status": 503}}, {"weight": 2, "faults": ["close"]}]}),
)
OVER = st.sampled_from(
    [{"in_flight": 1}, {"in_flight": 2}, {"limit": 1, "window": "2s"}, {"limit": 2, "window": "day"},
     {"limit": 1, "window": "3s", "slide": True}, {"limit": 2, "window": "5s", "slide": True},
     {"limit": 1, "window": "2s", "enforce": True}]
)  # fmt: skip
PER = st.sampled_from(
    [["userMobile"], ["tenantId", "pageNum"], ["client"], ["userMobile", "headers.X-Trace"]]
)
COUNTING = st.one_of(
    having({}, times=st.integers(1, 3), after=st.integers(1, 2), every=st.integers(2, 3)),
    having({"probability": st.sampled_from([0.3, 0.7])}, times=st.integers(1, 3)),
    having({"over": OVER}),
    having({"after": having({"distinct": st.just("userMobile"), "count": st.integers(1, 2)})}),
    having({"window": st.sampled_from([{"from": "2s"}, {"until": "3s"}, {"at": "00:00:02", "for": "3s"}])}),
    having({"state": MOVES}),
)
ALSO = having(
    {"also": st.just(True), "headers": st.sampled_from([{"X-A": "1"}, {"X-B": "{{ count }}"}])},
    times=st.integers(1, 2), every=st.integers(2, 3),
)  # fmt: skip


def _joined(match: Rule, counting: Rule, deeds: Rule, per: Rule) -> Rule:
    return {"match": match, **counting, **deeds, **per}


RULE = st.builds(_joined, MATCHES, COUNTING, DEEDS, having({}, per=PER)) | ALSO
RULES = st.lists(RULE, min_size=1, max_size=4).map(
    lambda rules: [{"name": f"r{number}", **rule} for number, rule in enumerate(rules)]
)
CREDENTIALS = having(
    {"tokens": st.just([TOKEN])},
    token_uses=st.integers(1, 3), single_token=st.booleans(), lock_after=st.integers(1, 2),
)  # fmt: skip
SCENARIO = having(
    {"rules": RULES, "tenant": CREDENTIALS, "sessions": st.just({"users": {"1": 7, "2": 3}})},
    clock=st.sampled_from(["2026-01-01T00:00:00Z", "now"]),
)
SCENARIOS = st.fixed_dictionaries({"acme": SCENARIO, "beta": SCENARIO})

# Steps


class Step(NamedTuple):
    """One request or control call, or time that passes."""

    kind: str
    tenant: str = "acme"
    value: Any = None


def steps(kinds: list[str], tenants: Any = None, values: Any = None) -> st.SearchStrategy[Step]:
    """Draw a step of one of these kinds."""
    return st.builds(
        Step, st.sampled_from(kinds), st.just("acme") if tenants is None else tenants,
        st.none() if values is None else values,
    )  # fmt: skip


TENANTS = st.sampled_from(["acme", "acme", "acme", "beta", "made", "nobody"])
QUERIES = st.sampled_from(
    [{}, {}, {}, {"pageNum": "2"}, {"userMobile": "2"}, {"authToken": "wrong"}, {"authToken": None},
     {"authToken": "issued"}, {"authToken": "issued"}, {"pageNum": "0"}, {"userMobile": "\ud800é"}]
)  # fmt: skip
CLOCKS = st.sampled_from(
    [{"advance": "2s"}, {"advance": "25h"}, {"set": "2026-01-01T00:00:01Z"}, {"freeze": True},
     {"freeze": False}, {"speed": 60}]
)  # fmt: skip
ADDED = st.builds(
    lambda rule, more: {**rule, **more},
    RULE,
    having({}, ttl=st.sampled_from(["1s", "5s"]), name=st.sampled_from(["added", "r0"])),
)
ASKED = st.one_of(
    steps(["query"], TENANTS, QUERIES),
    steps(["query"], TENANTS, QUERIES),
    steps(["gettoken"], TENANTS, st.sampled_from(["secret", "secret", "wrong"])),
    steps(["no JSON", "elsewhere"]),
)
CHANGES = st.one_of(
    steps(["make"], st.just("made"), st.sampled_from(["acme", "beta"])),
    steps(["delete", "reset", "clear", "remove added", "forget"], TENANTS),
    steps(["replace"], TENANTS, SCENARIO),
    steps(["add"], TENANTS, ADDED),
    steps(["remove"], TENANTS, st.sampled_from(["r0", "r1", "added", "rule-1"])),
    steps(["clock"], TENANTS, CLOCKS),
    steps(["enter"], TENANTS, st.sampled_from(["a", "b", "Started"])),
    steps(["reset all", "clear all", "make any", "forget one"]),
    steps(["time"], st.just(""), st.sampled_from([300, 1000, 4000, 60_000])),
)
READS = steps(
    ["journal", "entry", "bodies", "har", "coverage", "rules", "tenant", "tenants", "verify", "wait",
     "sessions", "states", "requests"],
    TENANTS,
)  # fmt: skip
STEPS = st.lists(ASKED | ASKED | CHANGES | READS, min_size=4, max_size=14)

ONCE: Mapping[str, Any] = {"rules": [{"name": "r0", "times": 1, "respond": {"status": 503}}]}
FIRST = [
    Step("query", value={}), Step("gettoken", value="secret"), Step("query", value={"authToken": "issued"}),
    Step("no JSON"), Step("elsewhere"), Step("make", "made", "acme"), Step("query", "made", {}),
    Step("make any"),
    Step("add", value={"name": "added", "respond": {"status": 418}}), Step("query", value={}),
    Step("clock", value={"advance": "2s"}), Step("time", "", 1000), Step("enter", value="a"),
]  # fmt: skip
LOOKS = [
    Step(kind)
    for kind in ("journal", "entry", "bodies", "har", "coverage", "rules", "tenant", "tenants", "verify",
                 "wait", "sessions", "states", "requests")
]  # fmt: skip
LAST = [
    Step("remove", value="added"), Step("remove added"), Step("forget one"), Step("forget"),
    Step("replace", value=ONCE), Step("query", value={}), Step("reset"), Step("query", value={}),
    Step("clear"), Step("delete", "made"), Step("reset all"), Step("query", value={}), Step("clear all"),
]  # fmt: skip
EVERY_STEP = [*FIRST, *LOOKS, *LAST]
"""A programme with each kind of step, however few are drawn."""

# What a world answers


class Player:
    """Plays steps in a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tokens = {"acme": TOKEN, "beta": TOKEN}
        self._issued = "none"
        self._secrets: dict[str, str] = {}

    async def play(self, steps: Sequence[Step]) -> list[Any]:
        """Play steps, one after the other; what was answered, and what is to be seen at the end."""
        seen = [(step.kind, await self._answer(step)) for step in steps]
        return [*seen, *await self.read_all()]

    async def read_all(self) -> list[Any]:
        """Read all there is to see, at each replica; it is the same everywhere."""
        found = [await self._read_all(at) for at in range(len(self._world.replicas))]
        for other in found[1:]:
            for mine, theirs in zip(other, found[0], strict=True):
                assert mine == theirs, (mine, theirs)
        return found[0]

    async def _read_all(self, at: int) -> list[Any]:
        ids = [each["id"] for each in (await self._world.control("GET", "/tenants", at=at)).json]
        last = (await self._world.control("GET", "/journal?limit=1", at=at)).json["last"]
        paths = ["/tenants", "/journal?limit=100", "/coverage", "/journal.har", f"/journal/{last}"]
        paths += [f"/tenants/{id}{more}" for id in ids for more in ("", "/rules", "/clock")]
        return [(path, comparable(await self._world.control("GET", path, at=at))) for path in paths]

    async def _answer(self, step: Step) -> Any:
        if step.kind == "time":
            self._world.time.advance(step.value)
            return None
        if step.kind in ("query", "gettoken", "no JSON", "elsewhere"):
            answer = await self._ask(step)
            await self._world.settled()
            return answer
        method, path, body = await self._call(step)
        answer = await self._world.control(method, path, body)
        if step.kind == "make" and answer.status == 201:
            self._tokens["made"], self._secrets["made"] = answer.json["authToken"], answer.json["appSecret"]
        return comparable(answer)

    async def _ask(self, step: Step) -> Any:
        if step.kind == "gettoken":
            secret = self._secrets.get(step.tenant, "secret") if step.value == "secret" else "wrong"
            answer = await self._world.ask(GETTOKEN, {"appKey": step.tenant, "appSecret": secret})
            if answer.status == 200 and b'"authToken":"' in answer.body:
                self._issued = answer.body.partition(b'"authToken":"')[2][:32].decode("latin-1")
            return answer
        if step.kind != "query":
            return await self._world.ask(QUERY if step.kind == "no JSON" else "/elsewhere", b"{")
        token = self._tokens.get(step.tenant, TOKEN)
        fields = {
            "tenantId": step.tenant,
            "authToken": token,
            "userMobile": "1",
            "pageSize": "5",
            **step.value,
        }
        if fields["authToken"] == "issued":
            fields["authToken"] = self._issued
        return await self._world.ask(QUERY, {name: each for name, each in fields.items() if each is not None})

    async def _call(self, step: Step) -> tuple[str, str, Any]:
        kind, tenant, value = step
        if kind in ("entry", "bodies", "forget one"):
            last = (await self._world.control("GET", "/journal?limit=1")).json["last"]
            id = f"6f696664-6500-8000-8000-{last:012x}"
            return {
                "entry": ("GET", f"/journal/{last}", None),
                "bodies": ("GET", f"/journal/{last}/bodies", None),
                "forget one": ("DELETE", f"/__admin/requests/{id}", None),
            }[kind]
        return _calls(tenant, value)[kind]


def _calls(tenant: str, value: Any) -> Mapping[str, tuple[str, str, Any]]:
    own = f"/tenants/{tenant}"
    expected = {"tenant": tenant, "expect": [{"count": 1}, {"status": 503, "atMost": 2}]}
    return {
        "make": ("POST", "/tenants", {"scenario": value, "tenantId": "made"}),
        "make any": ("POST", "/tenants", {"scenario": "acme"}),
        "delete": ("DELETE", own, None),
        "reset": ("POST", f"{own}/reset", None),
        "clear": ("POST", f"{own}/clear", None),
        "replace": ("PUT", f"{own}/scenario", {"scenario": value}),
        "add": ("POST", f"{own}/rules", value),
        "remove": ("DELETE", f"{own}/rules/{value}", None),
        "remove added": ("DELETE", f"{own}/rules", None),
        "clock": ("PUT", f"{own}/clock", value),
        "enter": ("PUT", f"/__admin/scenarios/{tenant}/state", {"state": value}),
        "reset all": ("POST", "/reset", None),
        "clear all": ("POST", "/clear", None),
        "forget": ("DELETE", f"/journal?tenant={tenant}", None),
        "journal": ("GET", f"/journal?tenant={tenant}&order=newest", None),
        "har": ("GET", f"/journal.har?tenant={tenant}", None),
        "coverage": ("GET", "/coverage", None),
        "rules": ("GET", f"{own}/rules", None),
        "tenant": ("GET", own, None),
        "tenants": ("GET", "/tenants", None),
        "verify": ("POST", "/verify", expected),
        "wait": ("GET", f"/journal/wait?tenant={tenant}&timeout=1ms", None),
        "sessions": ("GET", f"{own}/sessions?userMobile=1", None),
        "states": ("GET", "/__admin/scenarios", None),
        "requests": ("GET", "/__admin/requests", None),
    }


def kinds() -> set[str]:
    """List the kinds of steps that a player knows."""
    return {
        "time",
        "query",
        "gettoken",
        "no JSON",
        "elsewhere",
        "entry",
        "bodies",
        "forget one",
        *_calls("", None),
    }


async def played(
    form: Opened, scenarios: Mapping[str, Mapping[str, Any]], steps: Sequence[Step]
) -> list[Any]:
    """Serve scenarios in a form, and play steps."""
    async with world(form, scenarios) as served:
        return await Player(served).play(steps)
