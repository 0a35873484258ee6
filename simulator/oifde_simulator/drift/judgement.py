"""What a probe finds out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["confirmed", "refuted", "unclear", "unreachable", "not probed"]
VERDICTS: tuple[Verdict, ...] = ("confirmed", "refuted", "unclear", "unreachable", "not probed")
CONCLUSIVE: tuple[Verdict, ...] = ("confirmed", "refuted")

Facts = Mapping[str, Any]
"""What a target does, by the names of `settings.PLACES`."""
NO_FACTS: Facts = {}


@dataclass(frozen=True)
class Judgement:
    """Verdict on one guess, with the evidence in plain words."""

    verdict: Verdict
    seen: str
    facts: Facts = field(default_factory=dict)
    """What the simulator has to be told to behave alike; empty where nothing is refuted."""


@dataclass(frozen=True)
class Finding:
    """Judgement on one row of docs/fidelity.md."""

    key: str
    judgement: Judgement

    @property
    def verdict(self) -> Verdict:
        """Verdict of the judgement."""
        return self.judgement.verdict


class NotProbed(Exception):
    """A guess that cannot be probed at this target; the text says why."""


class Disturbed(Exception):
    """An answer of something in front of the service; the text says which."""


def confirmed(seen: str) -> Judgement:
    """Judge that the target does what the simulator guesses."""
    return Judgement("confirmed", seen)


def refuted(seen: str, **facts: Any) -> Judgement:
    """Judge that the target does something else; `facts` are named as in `settings.PLACES`."""
    return Judgement("refuted", seen, facts)


def unclear(seen: str) -> Judgement:
    """Judge that the target's answers do not tell."""
    return Judgement("unclear", seen)


def judge(differences: list[str], good: str, **facts: Any) -> Judgement:
    """Refute by the differences, if there are any, else confirm with `good`."""
    return refuted("; ".join(differences), **facts) if differences else confirmed(good)
