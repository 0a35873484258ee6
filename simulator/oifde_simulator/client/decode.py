"""From what the control plane answers, as JSON, to values. Raises LookupError for what is no such answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from oifde_simulator.client.models import Clock, Exchange, Exchanges, Rule, TenantInWhole

Built = TypeVar("Built")


def built(kind: type[Built], answer: Mapping[str, Any], **more: Any) -> Built:
    """A value of `kind` from an answer; `more` are members that are values themselves."""
    members = (entry.name for entry in fields(kind) if entry.name not in more)  # type: ignore[arg-type]
    return kind(**{name: answer[_camel(name)] for name in members}, **more)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def exchange(answer: Mapping[str, Any]) -> Exchange:
    """One exchange."""
    return built(Exchange, answer)


def exchanges(answer: Mapping[str, Any]) -> Exchanges:
    """Some of the journal."""
    return built(
        Exchanges,
        answer,
        entries=tuple(map(exchange, answer["entries"])),
        next=answer.get("next"),
    )


def rules(answer: Sequence[Mapping[str, Any]]) -> Sequence[Rule]:
    """A tenant's rules."""
    return tuple(built(Rule, entry) for entry in answer)


def whole(answer: Mapping[str, Any]) -> TenantInWhole:
    """A tenant with what it does."""
    return built(TenantInWhole, answer, clock=built(Clock, answer["clock"]), rules=rules(answer["rules"]))
