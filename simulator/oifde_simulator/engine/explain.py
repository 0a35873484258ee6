"""What happens to a request and why, without a server: the honest answer, each rule's verdict, the script.

Nothing is decided here: the pipeline decides, and its exchange is read. So what is told is what a
server would do.
"""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, field, replace
from typing import Any, Literal

from oifde_simulator.clock import ClockSetting
from oifde_simulator.engine.changes.document_changes import Change, patch_changes
from oifde_simulator.engine.changes.header_changes import HeaderChange, header_changes
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.engine.ramps import RampProgress, ramps
from oifde_simulator.engine.rule_view import view
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.immediate import immediate
from oifde_simulator.instants import iso
from oifde_simulator.journal import Journal
from oifde_simulator.model.entry import TOLD
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.model.view import View
from oifde_simulator.oifde.leniency import STRICT, Leniency
from oifde_simulator.oifde.router import Router
from oifde_simulator.rules.rule import NO_ACTIONS, Rule
from oifde_simulator.tenants import Tenants
from oifde_simulator.wire.octets import Octets, digest
from oifde_simulator.wire.script import Action, Close, Reset, Send, Wait
from oifde_simulator.wire.spoken import sayings

Outcome = Literal["fired", "could not", "held back", "not about it", "not asked"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule made of a request, and why."""

    rule: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One exchange with every rule's verdict."""

    exchange: Exchange
    verdicts: tuple[Verdict, ...]
    since: int = 0
    """Load or reset of the tenant, epoch milliseconds on its clock."""
    ramps: tuple[RampProgress, ...] = ()
    """Ramps of the rules that fired."""
    changes: tuple[Change, ...] = ()
    """What the patch of the rule that fired has changed in the honest answer."""
    headers: tuple[HeaderChange, ...] = ()
    """What the `headers` of rules that fired have changed in the honest answer."""
    moves: Mapping[str, str] = field(default_factory=dict)
    """States to which rules that do nothing else have moved, by the name of the rule."""


class Explainer:
    """Explains requests one after another; the counts of `tenants`, in memory, move with them."""

    def __init__(self, tenants: Tenants, *, bad_json_status: int = 400, leniency: Leniency = STRICT) -> None:
        """`bad_json_status` and `leniency` are the router's."""
        self._tenants = tenants
        self._router = Router(bad_json_status=bad_json_status, leniency=leniency)
        self._journal = Journal(tenants.state, seed=tenants.seed, quiet=True)
        self._pipeline = Pipeline(self._router, tenants, self._journal)
        self._open: deque[Exchange] = deque()
        """Exchanges in flight, the oldest first."""

    def load(self, tenant: str) -> int:
        """Tell when a tenant was loaded, epoch milliseconds on its clock."""
        return immediate(self._tenants.named(tenant)).rules.since

    def set_clock(self, tenant: str, instant: int) -> None:
        """Have the clock of a tenant stand still at `instant`, epoch milliseconds."""
        version = immediate(self._tenants.named(tenant)).read.version
        immediate(self._tenants.state.tenants.set_clock(tenant, ClockSetting(instant), version))

    def explain(self, request: Request, in_flight: int = 1) -> Explanation:
        """Explain a request that is sent now, while so many are in flight: itself and those before it."""
        self._end_all_but(in_flight - 1)
        explanation = self._explained(request)
        self._open.append(explanation.exchange)
        return explanation

    def _end_all_but(self, most: int) -> None:
        """End the oldest exchanges, so that `most` are in flight."""
        while len(self._open) > most:
            self._open.popleft().outcome.end("complete")

    def _explained(self, request: Request) -> Explanation:
        call = self._router.route(replace(request))  # copies, since reading a charset rewrites the body
        exchange = immediate(self._pipeline.handle(replace(request)))
        rules = immediate(self._tenants.resolver.find(call.tenant, by_key=call.by_access_key)).rules
        held_back = self._journal.entry(exchange).held_back
        found = verdicts(rules.rules, view(call, exchange.honest), exchange, held_back)
        fired = [rule for rule in rules.rules if rule.name in exchange.rules]
        if not fired:
            return Explanation(exchange, found, rules.since)
        return Explanation(
            exchange,
            found,
            rules.since,
            tuple(ramp for rule in fired for ramp in ramps(rule, exchange, rules.since)),
            tuple(change for rule in fired for change in patch_changes(rule, exchange)),
            header_changes(fired, exchange),
            {rule.name: rule.becomes for rule in fired if rule.becomes and rule.actions == NO_ACTIONS},
        )


def explain(
    tenants: Tenants,
    request: Request,
    repeat: int = 1,
    *,
    bad_json_status: int = 400,
    leniency: Leniency = STRICT,
) -> Iterator[Explanation]:
    """Explain a request that is sent so many times; the rest as for `Explainer`."""
    explainer = Explainer(tenants, bad_json_status=bad_json_status, leniency=leniency)
    for _ in range(repeat):
        yield explainer.explain(request)


def verdicts(
    rules: Iterable[Rule], seen: View, exchange: Exchange, held_back: Iterable[tuple[str, str]]
) -> tuple[Verdict, ...]:
    """What each rule made of an exchange, of which it saw `seen`; `held_back` as the journal has it."""
    held_back = tuple(held_back)
    found: list[Verdict] = []
    decisive = ""
    for rule in rules:
        if decisive and not rule.also:
            found.append(Verdict(rule.name, "not asked", (f"{decisive} came before it",)))
            continue
        found.append(_verdict(rule, seen, exchange, held_back))
        if rule.name == exchange.turn:
            decisive = rule.name
    return tuple(found)


def _verdict(rule: Rule, seen: View, exchange: Exchange, held_back: Iterable[tuple[str, str]]) -> Verdict:
    if rule.name in exchange.rules:
        return Verdict(rule.name, "fired")
    if rule.only_lasts:
        return Verdict(rule.name, "not asked", ("it only says how long a state lasts",))
    if mismatches := rule.matcher.difference(seen):
        return Verdict(rule.name, "not about it", tuple(map(str, mismatches)))
    if failed := [note for note in exchange.notes if note.startswith(f"{rule.name}: ")]:
        return Verdict(rule.name, "could not", tuple(note.removeprefix(f"{rule.name}: ") for note in failed))
    return Verdict(rule.name, "held back", tuple(why for name, why in held_back if name == rule.name))


def as_json(explanation: Explanation) -> dict[str, Any]:
    """An explanation for machines, with every byte that would go out."""
    exchange = explanation.exchange
    honest = exchange.honest
    named = (name for name in TOLD if name in honest.fields)
    return {
        "tenant": exchange.tenant,
        "endpoint": exchange.endpoint,
        "honest": {
            **_response_json(honest.response),
            **{name: honest.fields[name] for name in named},
            "problems": [problem.message for problem in honest.problems],
            "warnings": honest.warnings,
        },
        "rules": [asdict(verdict) for verdict in explanation.verdicts],
        "rule": exchange.rule or None,
        "fired": [{"rule": each.rule, "faults": each.faults} for each in exchange.fired],
        "faults": exchange.faults,
        "notes": exchange.notes,
        "at": iso(exchange.at),
        "seconds_since_load": (exchange.at - explanation.since) / 1000 if exchange.tenant else None,
        "ramps": [ramp._asdict() for ramp in explanation.ramps],
        "headers": [change._asdict() for change in explanation.headers],
        "changes": [change.as_json() for change in explanation.changes],
        "placeholders": [{"placeholder": each.placeholder, "text": each.text} for each in exchange.inserted],
        "sent": _response_json(exchange.response),
        "script": [_action_json(action) for action in exchange.script],
    }


def _response_json(response: Response) -> dict[str, Any]:
    return {"status": response.status, "headers": response.headers, "body": _octets_json(response.body)}


def _action_json(action: Action) -> dict[str, Any]:
    match action:
        case Send(octets, part):
            return {"action": "send", "part": part, "bytes": len(octets), "content": _octets_json(octets)}
        case Wait(seconds):
            return {"action": "wait", "seconds": seconds}
        case Close():
            return {"action": "close"}
        case Reset():
            return {"action": "reset"}


def _octets_json(octets: Octets) -> str | dict[str, Any]:
    """Text, where the bytes are one; else `{"base64": ...}`; of a recording its length and digest.

    Words are spoken only where they are sent, so that a recording with words has no digest here.
    """
    if sayings(octets, 0, len(octets)):
        return {"bytes": len(octets), "speech": True}
    if not isinstance(octets, bytes):
        return {"bytes": len(octets), "sha256": digest(octets)}
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(octets).decode()}
