"""Near misses: the rules that nearly apply to an exchange on record, each with the differences.

Rule: this is the only place that selects near misses. The rules are those that the tenant has now; the
differences are those that `explain` shows for the same rules, but a credential is compared and shown by its
fingerprint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from heapq import nsmallest
from typing import Any

import orjson

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal.redaction.credential_names import holds_credential
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.view import Mismatch, View
from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.rules.rule import Rule
from oifde_simulator.rules.selection import Rules
from oifde_simulator.stepwise import Steps, complete, mapped

NEAREST = 5
"""Near misses that are listed for one exchange."""
HIDDEN = "what is not shown"
"""Replacement of a condition on a credential that is not plain text."""


def near_misses(rules: Rules, entry: Entry, redactor: Redactor) -> list[dict[str, Any]]:
    """List the nearest rules as JSON, the nearest first: `[{"rule": ..., "differences": [...]}]`."""
    return complete(search_near_misses(rules, entry, redactor))


def search_near_misses(rules: Rules, entry: Entry, redactor: Redactor) -> Steps[list[dict[str, Any]]]:
    """Find what `near_misses` lists, a step for each rule."""
    view, user = entry.view(), _user_field(entry)
    compared = yield from mapped(rules.rules, lambda rule: _miss(rule, view, user, redactor))
    nearest = nsmallest(NEAREST, filter(None, compared), key=lambda miss: miss.rank)
    return [{"rule": miss.rule, "differences": list(map(str, miss.differences))} for miss in nearest]


def _user_field(entry: Entry) -> str:
    operation = BY_NAME.get(entry.endpoint)
    return operation.user_field if operation else ""


@dataclass(frozen=True, slots=True)
class _Miss:
    """A rule that nearly applies."""

    rule: str
    differences: list[Mismatch]
    rank: tuple[bool, float, bool, int]
    """Order of misses: rules of this user first, then by the share of conditions that fail, then rules of
    another field of this request, then by the number that fail."""


def _miss(rule: Rule, view: View, user: str, redactor: Redactor) -> _Miss | None:
    """Compare a rule with an exchange; None for a rule that matches, or that is far from it."""
    differences = list(_by_fingerprint(rule.matcher.difference(view), redactor))
    if not differences:
        return None
    wrong = {each.place for each in differences}
    named = [place for place in rule.matcher.identifying if place not in wrong]
    of_user = f"request.{user}" in named
    if not (of_user or len(wrong) == 1 or 2 * len(wrong) <= rule.matcher.size):
        return None
    rank = (not of_user, len(wrong) / rule.matcher.size, not named, len(wrong))
    return _Miss(rule.name, differences, rank)


def _by_fingerprint(differences: list[Mismatch], redactor: Redactor) -> Iterator[Mismatch]:
    """Compare the fingerprints of credentials, since an entry has no others; equal ones are left out."""
    for each in differences:
        part, _, name = each.place.partition(".")
        if not holds_credential(part, name):
            yield each
        elif (expected := _fingerprint(each.expected, redactor)) != each.found.strip('"'):
            yield replace(each, expected=expected)


def _fingerprint(expected: str, redactor: Redactor) -> str:
    if expected in ("to be there", "not to be there"):
        return expected
    try:
        wanted = orjson.loads(expected)
    except orjson.JSONDecodeError:
        return HIDDEN
    return redactor.fingerprint(wanted) if isinstance(wanted, str) else HIDDEN
