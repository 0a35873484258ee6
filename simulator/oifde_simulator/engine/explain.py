"""What happens to a request and why, without a server: the honest answer, each rule's verdict, the script.

Nothing is decided here: the pipeline decides, and its exchange is read. So what is told is what a
server would do.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from oifde_simulator.engine.pipeline import Pipeline, view
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import Journal
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.model.view import View
from oifde_simulator.oifde.leniency import STRICT, Leniency
from oifde_simulator.oifde.router import Router
from oifde_simulator.rules.selection import Rule
from oifde_simulator.tenants import Tenants
from oifde_simulator.wire.script import Action, Close, Reset, Send, Wait

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


def explain(
    tenants: Tenants,
    request: Request,
    repeat: int = 1,
    *,
    bad_json_status: int = 400,
    leniency: Leniency = STRICT,
) -> Iterator[Explanation]:
    """Explain a request that is sent so many times; the counts of `tenants`, in memory, move with it.

    `bad_json_status` and `leniency` are the router's.
    """
    router = Router(bad_json_status=bad_json_status, leniency=leniency)
    pipeline = Pipeline(router, tenants, Journal(tenants.state, seed=tenants.seed, quiet=True))
    call = router.route(replace(request))  # a copy each time, since reading a charset rewrites the body
    for _ in range(repeat):
        exchange = immediate(pipeline.handle(replace(request)))
        rules = immediate(tenants.find(call.tenant)).rules.rules
        yield Explanation(exchange, verdicts(rules, view(call, exchange.honest), exchange))


def verdicts(rules: Iterable[Rule], seen: View, exchange: Exchange) -> tuple[Verdict, ...]:
    """What each rule made of an exchange, of which it saw `seen`."""
    found: list[Verdict] = []
    decisive = ""
    for rule in rules:
        if decisive:
            found.append(Verdict(rule.name, "not asked", (f"{decisive} came before it",)))
            continue
        found.append(_verdict(rule, seen, exchange))
        if rule.name == exchange.turn:
            decisive = rule.name
    return tuple(found)


def _verdict(rule: Rule, seen: View, exchange: Exchange) -> Verdict:
    if rule.name == exchange.rule:
        return Verdict(rule.name, "fired")
    if mismatches := rule.matcher.difference(seen):
        return Verdict(rule.name, "not about it", tuple(map(str, mismatches)))
    if failed := [note for note in exchange.notes if note.startswith(f"{rule.name}: ")]:
        return Verdict(rule.name, "could not", tuple(note.removeprefix(f"{rule.name}: ") for note in failed))
    return Verdict(
        rule.name, "held back", tuple(why for name, why in exchange.held_back if name == rule.name)
    )


def as_json(explanation: Explanation) -> dict[str, Any]:
    """An explanation for machines, with every byte that would go out."""
    exchange = explanation.exchange
    honest = exchange.honest
    named = (name for name in ("errorCode", "errorMsg", "total") if name in honest.fields)
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
        "faults": exchange.faults,
        "notes": exchange.notes,
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


def _octets_json(octets: bytes) -> str | dict[str, str]:
    """Text, where the bytes are one; else `{"base64": ...}`."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(octets).decode()}
