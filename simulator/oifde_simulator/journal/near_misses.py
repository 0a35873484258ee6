"""Near misses: the rules that nearly apply to an exchange on record, each with the differences.

Rule: this is the only place that selects near misses. The rules are those that the tenant has now; the
differences are those that `explain` shows for the same rules, but a credential is compared and shown by its
fingerprint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson

from oifde_simulator.journal.redaction.credential_names import holds_credential
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.view import Mismatch
from oifde_simulator.rules.selection import Rule, Rules

NEAREST = 5
"""Near misses that are listed for one exchange."""
HIDDEN = "what is not shown"
"""Replacement of a condition on a credential that is not plain text."""


def near_misses(rules: Rules, entry: Entry, redactor: Redactor) -> list[dict[str, Any]]:
    """List the nearest rules as JSON, the nearest first: `[{"rule": ..., "differences": [...]}]`."""
    view, found = entry.view(), []
    for rule in rules.rules:
        differences = list(_by_fingerprint(rule.matcher.difference(view), redactor))
        if differences and _is_near(rule, len(differences)):
            found.append((rule.name, differences))
    nearest = sorted(found, key=lambda miss: len(miss[1]))[:NEAREST]
    return [{"rule": name, "differences": list(map(str, differences))} for name, differences in nearest]


def _is_near(rule: Rule, differences: int) -> bool:
    """Check that only one condition fails, or that at least as many hold as fail."""
    return differences == 1 or 2 * differences <= rule.matcher.size


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
