"""Checks the text of a scenario, or of rules, that somebody is writing: as files are checked, and as values.

Rule: no text raises an exception.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from oifde_simulator.quantities import duration
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.checking import examined
from oifde_simulator.scenario.documents import Document, RulesDocument, YamlDocument
from oifde_simulator.scenario.errors import ScenarioError, ScenarioErrors
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath, shown

NO_FOLDER = "only a scenario file may name a folder; leave it out"
"""What is said of a scenario that came along and names one."""
EMPTY = "the text is empty; write at least one rule, such as: {name: down, respond: {status: 503}}"
TTL = "ttl"
"""Key of a rule that is added for a while; no scenario file has it."""


class TextCheck(NamedTuple):
    """What was found in a text."""

    errors: tuple[ScenarioError, ...]
    warnings: tuple[ScenarioError, ...] = ()
    value: Any = None
    """The scenario, or the list of rules, as JSON; None where there is an error."""
    document: Document | None = None
    """The text as read; None where it could not be."""


def check_scenario(text: str, origin: str, stem: str) -> TextCheck:
    """Check the text of a scenario; `stem` is the tenant's id where it names none."""
    try:
        document = loader.document(_octets(text), origin)
        found = examined(document, stem)
    except ScenarioErrors as unread:
        return TextCheck(tuple(unread.errors))
    errors = _sorted(found.errors)
    if found.scenario and found.scenario.recordings.folder is not None:
        errors = (document.located(Finding(("recordings", "folder"), NO_FOLDER)),)
    return TextCheck(errors, found.warnings, None if errors else document.value, document)


def check_rules(text: str, origin: str) -> TextCheck:
    """Check the text of one rule or of a list of them, as they are added to a tenant."""
    if not text.strip():
        return TextCheck((ScenarioError(origin, 1, 1, (), EMPTY),))
    try:
        file = loader.document(_octets(text), origin)
        given = _rules(file.value)
        if given is None or not isinstance(file, YamlDocument):
            return _no_rules(file)
        document = RulesDocument(file, [_without_ttl(each) for each in given])
        found = examined(document, origin)
    except ScenarioErrors as unread:
        return TextCheck(tuple(unread.errors))
    wrong = _sorted([*found.errors, *_wrong_ttls(given, document)])
    errors, warnings = (tuple(map(document.own, each)) for each in (wrong, found.warnings))
    return TextCheck(errors, warnings, None if errors else given, document)


def _rules(value: Any) -> list[Any] | None:
    """Find the rules in a value: itself, its items, or those below `rules`; None where it has none."""
    if isinstance(value, dict) and [*value] == ["rules"] and isinstance(value["rules"], list):
        return value["rules"]
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else None


def located(check: TextCheck, path: KeyPath, message: str) -> ScenarioError:
    """Make an error about the value at `path` of rules that were found good."""
    document = check.document
    assert isinstance(document, RulesDocument)
    return document.own(document.located(Finding(("rules", *path), message)))


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


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
        return f"expected a duration with its unit such as 5m, found {shown(ttl)}"
    try:
        duration(ttl)
    except ValueError as error:
        return str(error)
    return ""
