"""Why the rules of a tenant, as they are now, are not about an exchange that is on record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson

from oifde_simulator.journal.redaction.redactor import Redaction
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.view import Mismatch
from oifde_simulator.rules.selection import NEAREST, Rules, is_near

HIDDEN = "what is not shown"
"""Stands for what a rule expects of a credential, where that is no plain text."""


def near_misses(rules: Rules, entry: Entry, redaction: Redaction) -> list[dict[str, Any]]:
    """The few rules that are nearly about it, the nearest first, and each difference."""
    view, found = entry.view(), []
    for rule in rules.rules:
        why = list(_marked(rule.matcher.difference(view), redaction))
        if why and is_near(rule, len(why)):
            found.append((rule.name, why))
    nearest = sorted(found, key=lambda miss: len(miss[1]))[:NEAREST]
    return [{"rule": name, "differences": list(map(str, why))} for name, why in nearest]


def _marked(differences: list[Mismatch], redaction: Redaction) -> Iterator[Mismatch]:
    """What is on record of a credential is its fingerprint, so that is what is compared and told."""
    for each in differences:
        part, _, name = each.place.partition(".")
        if not redaction.holds_credential(part, name):
            yield each
        elif (expected := _fingerprint(each.expected, redaction)) != each.found.strip('"'):
            yield replace(each, expected=expected)


def _fingerprint(expected: str, redaction: Redaction) -> str:
    if expected in ("to be there", "not to be there"):
        return expected
    try:
        wanted = orjson.loads(expected)
    except orjson.JSONDecodeError:
        return HIDDEN
    return redaction.mark(wanted) if isinstance(wanted, str) else HIDDEN
