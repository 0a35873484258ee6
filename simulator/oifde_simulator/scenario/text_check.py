"""Checks the text of a scenario, or of rules, that somebody is writing: as files are checked, and as values.

Rule: no text raises an exception.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from oifde_simulator.quantities import duration
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.checking import count_values, examined
from oifde_simulator.scenario.documents import Document, RulesDocument, YamlDocument, has_rules_only
from oifde_simulator.scenario.errors import ScenarioError, ScenarioErrors
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.scenario.loader import MOST_VALUES
from oifde_simulator.scenario.sendable import LARGEST_JSON, is_sendable
from oifde_simulator.state.rule_names import MOST_ADDED
from oifde_simulator.text import KeyPath, shown

NO_FOLDER = "only a scenario file may name a folder; leave it out"
"""What is said of a scenario that came along and names one."""
EMPTY = "the text is empty; write at least one rule, such as: {name: down, respond: {status: 503}}"
NUL = "\0"
TTL = "ttl"
"""Key of a rule that is added for a while; no scenario file has it."""


MOST_SECONDS = 10**9
"""Number from which on a duration has too many digits."""


class TextCheck(NamedTuple):
    """What was found in a text."""

    errors: tuple[ScenarioError, ...]
    warnings: tuple[ScenarioError, ...] = ()
    value: Any = None
    """The scenario, or the list of rules, as JSON; None for a wrong one, and a scenario too large."""
    document: Document | None = None
    """The text as read; None where it could not be."""


def check_scenario(text: str, origin: str, stem: str) -> TextCheck:
    """Check the text of a scenario; `stem` is the tenant's id where it names none."""
    try:
        document = _document(text, origin)
        found = examined(document, stem)
    except ScenarioErrors as unread:
        return TextCheck(tuple(unread.errors))
    errors = _sorted(found.errors)
    if found.scenario and found.scenario.recordings.folder is not None:
        errors = (document.located(Finding(("recordings", "folder"), NO_FOLDER)),)
    sendable = not errors and is_sendable(document.value)
    return TextCheck(errors, found.warnings, document.value if sendable else None, document)


def check_rules(text: str, origin: str) -> TextCheck:
    """Check the text of one rule or of a list of them, as they are added to a tenant."""
    if not text.strip():
        return TextCheck((ScenarioError(origin, 1, 1, (), EMPTY),))
    try:
        file = _document(text, origin)
        given = _rules(file.value)
        if given is None or not isinstance(file, YamlDocument):
            return _no_rules(file)
        if complaint := _size_error(given):
            return TextCheck((file.located(Finding((), complaint)),))
        document = RulesDocument(file, [_without_ttl(each) for each in given])
        found = examined(document, origin)
    except ScenarioErrors as unread:
        return TextCheck(tuple(unread.errors))
    wrong = _sorted([*found.errors, *_wrong_ttls(given, document)])
    errors, warnings = (tuple(map(document.own, each)) for each in (wrong, found.warnings))
    return TextCheck(errors, warnings, None if errors else given, document)


def _rules(value: Any) -> list[Any] | None:
    """Find the rules in a value: itself, its items, or those below `rules`; None where it has none."""
    if has_rules_only(value):
        value = value["rules"]
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else None


def located(check: TextCheck, path: KeyPath, message: str) -> ScenarioError:
    """Make an error about the value at `path` of rules that were found good."""
    document = check.document
    assert isinstance(document, RulesDocument)
    return document.own(document.located(Finding(("rules", *path), message)))


def _document(text: str, origin: str) -> Document:
    """Read a text. Raises ScenarioErrors."""
    if NUL in text:  # for which a file would be taken for UTF-16
        before = text[: text.index(NUL)].split("\n")
        message = 'the character U+0000 cannot be printed; remove it, or write "\\u0000" in double quotes'
        raise ScenarioErrors([ScenarioError(origin, len(before), len(before[-1]) + 1, (), message)])
    return loader.document(text.encode("utf-8", "surrogatepass"), origin)


def _size_error(given: list[Any]) -> str:
    """Say why no request can add so many rules, or such large ones; empty where one can."""
    if not given:
        return "expected rules, found none; write at least one"
    if len(given) > MOST_ADDED:
        return f"expected at most {MOST_ADDED:,} rules, found {len(given):,}; add fewer at once"
    if count_values(given, MOST_VALUES) > MOST_VALUES:
        return f"more than {MOST_VALUES:,} values; write fewer rules"
    return "" if is_sendable(given) else f"more than {LARGEST_JSON >> 20} MiB as JSON; write shorter rules"


def _sorted(errors: list[ScenarioError]) -> tuple[ScenarioError, ...]:
    return tuple(ScenarioErrors(errors).errors)


def _no_rules(file: Document) -> TextCheck:
    message = f"expected a rule, or a list of them, found {shown(file.value)}"
    return TextCheck((file.located(Finding((), message)),))


def _without_ttl(rule: Any) -> Any:
    if not isinstance(rule, dict) or TTL not in rule:
        return rule
    return {name: value for name, value in rule.items() if name != TTL}


def _wrong_ttls(given: list[Any], document: Document) -> list[ScenarioError]:
    """List the durations that are none."""
    found = []
    for place, rule in enumerate(given):
        if isinstance(rule, dict) and TTL in rule and (complaint := _complaint(rule[TTL])):
            found.append(document.located(Finding(("rules", place, TTL), complaint)))
    return found


def _complaint(ttl: Any) -> str:
    if not isinstance(ttl, str):
        number = isinstance(ttl, int | float) and not isinstance(ttl, bool) and 0 < ttl < MOST_SECONDS
        fix = f"; write its unit too, such as {ttl}s" if number else ""
        return f"expected a duration with its unit such as 5m, found {shown(ttl)}{fix}"
    try:
        duration(ttl)
    except ValueError as error:
        return str(error)
    return ""
