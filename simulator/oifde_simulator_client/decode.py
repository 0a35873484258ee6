"""Builds values from the control plane's JSON answers.

Rule: every function raises LookupError for an answer without an expected member.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, TypeVar

from oifde_simulator_client.models import (
    BrokenFile,
    Clock,
    Exchange,
    ExchangeInWhole,
    Exchanges,
    Ready,
    Rule,
    Tenant,
    TenantInWhole,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Model = TypeVar("Model", bound="DataclassInstance")
Exchanged = TypeVar("Exchanged", bound=Exchange)


def build(model: type[Model], answer: Mapping[str, Any], **more: Any) -> Model:
    """Build a `model` from an answer; take the members in `more` as they are.

    A member with a default may be missing, as in the answer of an older server.
    """
    members = (
        entry.name
        for entry in fields(model)
        if entry.name not in more and (entry.default is MISSING or _camel(entry.name) in answer)
    )
    return model(**{name: answer[_camel(name)] for name in members}, **more)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def as_it_is(answer: Any) -> Any:
    """Return an answer without a model."""
    return answer


def build_exchange(answer: Mapping[str, Any]) -> Exchange:
    """Build an exchange."""
    return _exchange(Exchange, answer)


def build_exchange_in_whole(answer: Mapping[str, Any]) -> ExchangeInWhole:
    """Build an exchange in whole."""
    return _exchange(ExchangeInWhole, answer)


def _exchange(model: type[Exchanged], answer: Mapping[str, Any]) -> Exchanged:
    """Build an exchange of a model; an older server names one rule."""
    return build(model, {"rules": [answer["rule"]] if answer["rule"] else [], **answer})


def build_exchanges(answer: Mapping[str, Any]) -> Exchanges:
    """Build a page of exchanges."""
    return build(
        Exchanges,
        answer,
        entries=tuple(map(build_exchange, answer["entries"])),
        next=answer.get("next"),
    )


def build_rules(answer: Sequence[Mapping[str, Any]]) -> Sequence[Rule]:
    """Build a tenant's rules."""
    return tuple(build(Rule, entry) for entry in answer)


def build_tenants(answer: Sequence[Mapping[str, Any]]) -> Sequence[Tenant]:
    """Build a list of tenants."""
    return tuple(build(Tenant, entry) for entry in answer)


def build_tenant(answer: Mapping[str, Any]) -> TenantInWhole:
    """Build a tenant with its clock and its rules."""
    broken = answer.get("brokenFile")
    return build(
        TenantInWhole,
        answer,
        clock=build(Clock, answer["clock"]),
        rules=build_rules(answer["rules"]),
        broken_file=build(BrokenFile, broken) if broken else None,
    )


def build_ready(answer: Mapping[str, Any]) -> Ready:
    """Build what a server says of itself that is ready."""
    broken = tuple(build(BrokenFile, each) for each in answer.get("brokenFiles", ()))
    return build(Ready, answer, broken_files=broken)
