"""Judgements: of the text of a scenario, and of expectations on the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CheckedText:
    """What was found in the text of a scenario or of rules."""

    valid: bool
    """True without an error; there may be warnings."""
    errors: Sequence[Mapping[str, Any]]
    """Mistakes: `line`, `column`, `path`, `message`, `fix`."""
    warnings: Sequence[Mapping[str, Any]]
    rules: Sequence[Mapping[str, Any]] | None
    """The rules, as `add_rules` takes them; None for an invalid text and for a scenario."""
    scenario: Mapping[str, Any] | None
    """The scenario, as `make_tenant` takes it; None for an invalid text and for rules."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement of expectations on the recorded exchanges."""

    passed: bool
    truncated: bool
    """True if exchanges are gone, and the verdict is uncertain."""
    results: Sequence[Mapping[str, Any]]
    """Result of each expectation: `expectation`, `passed`, `message`, `found`, `nearMisses` and more."""

    @property
    def failures(self) -> Sequence[str]:
        """Messages of the failed expectations."""
        return [str(result["message"]) for result in self.results if not result["passed"]]
