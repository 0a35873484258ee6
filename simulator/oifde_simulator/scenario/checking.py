"""Checks a document by the schema and by lint, and builds the scenario that it describes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.scenario.builder import build
from oifde_simulator.scenario.documents import Document
from oifde_simulator.scenario.errors import NotAScenario, ScenarioError, ScenarioErrors
from oifde_simulator.scenario.files import answer_files, foreign
from oifde_simulator.scenario.lint import sessions, settings, tenant
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.scenario.schema import schema_for
from oifde_simulator.text import KeyPath

MOST_ERRORS = 200
"""Mistakes of one scenario that are looked for; one more error then says that there may be others."""

MOST_WARNINGS = 200
"""Warnings of one scenario that are looked for; one more then says that there may be others."""

CLOCKS: tuple[KeyPath, ...] = (("clock",), ("clock", "start"))
"""Paths of instants that a file may have without quotes."""
MOST_COUNTED = 10_000_000
"""Values of one scenario that are counted."""


class Examination(NamedTuple):
    """What was found in a document."""

    errors: list[ScenarioError]
    warnings: tuple[ScenarioError, ...] = ()
    scenario: Scenario | None = None
    """None where there is an error."""


def checked(document: Document, stem: str | None, home: Path | None = None) -> Scenario:
    """Check a document and build its scenario. Raises ScenarioErrors with all mistakes.

    `stem` is the tenant's id where the document names none, and `home` the folder in which it may name files.
    A file of another kind is NotAScenario.
    """
    errors, warnings, scenario = examined(document, stem, home)
    if scenario is None:
        raise ScenarioErrors(errors)
    return replace(scenario, warnings=tuple(map(str, warnings)), values=count_values(document.value))


def examined(document: Document, stem: str | None, home: Path | None = None) -> Examination:
    """Check a document, and build its scenario where it is good. Raises NotAScenario."""
    if kind := foreign.kind_of(document.value):
        raise NotAScenario([document.located(Finding((), foreign.message(kind)))])
    files, missing = answer_files.read(document.value, home)
    unread = [Finding(path, message) for path, message in missing]
    if errors := _errors(document, stem, unread):
        return Examination(errors)
    scenario = build(document.value, document.origin, stem or "", files)
    warnings = list(map(document.located, islice(_warnings(document, scenario), MOST_WARNINGS + 1)))
    if len(warnings) > MOST_WARNINGS:
        warnings[-1] = ScenarioError(document.origin, 0, 0, (), "there may be more warnings than these")
    return Examination([], tuple(warnings), scenario)


def count_values(value: Any, most: int = MOST_COUNTED) -> int:
    """Count the values that a value of JSON types holds, itself included; up to about `most`."""
    count, level = 1, [value]
    while level and count <= most:
        each = level.pop()
        inner = each.values() if isinstance(each, Mapping) else each
        count += len(each)
        level += [one for one in inner if isinstance(one, dict | list)]
    return count


def _errors(document: Document, stem: str | None, unread: Sequence[Finding]) -> list[ScenarioError]:
    violations = _violations(document.value)
    errors = [_with_clock(error, document.value) for error in _own_errors(document, violations)]
    explained = list(islice(_explained(document, violations), MOST_ERRORS + 1))
    wrong = [error.path for error in errors] + [finding.place or finding.path for finding in explained]
    _add(errors, document, explained)
    if len(violations) < MOST_ERRORS:  # with so many, the shape of the rest is unknown
        _add(errors, document, _lint(document, stem, wrong))
    _add(errors, document, unread)
    if max(len(violations), len(errors)) >= MOST_ERRORS:
        message = "there may be more mistakes than these; mend them first"
        errors.append(ScenarioError(document.origin, 0, 0, (), message))
    return errors


def _own_errors(document: Document, violations: Sequence[Violation]) -> Iterable[ScenarioError]:
    """List the mistakes that the reader found, without those of which the schema knows what is wanted."""
    if not (document.errors and violations):
        return document.errors
    from oifde_simulator.scenario.lint.schema import switches, times  # only wanted when something is wrong

    misplaced = switches.misplaced(violations, document) | times.misread(violations)
    return [error for error in document.errors if error.path not in misplaced]


def _with_clock(error: ScenarioError, value: Any) -> ScenarioError:
    """Say the right form at once where a clock stands without quotes, which YAML alone cannot know."""
    clock = value_at(value, error.path)
    if error.path not in CLOCKS or not isinstance(clock, str):
        return error
    return replace(error, message=tenant.unquoted_clock_error(error.path, clock))


def _add(errors: list[ScenarioError], document: Document, findings: Iterable[Finding]) -> None:
    """Locate findings and add them, except where the same place has an error already."""
    taken = {(error.path, error.line, error.column) for error in errors}
    found = (_located(document, finding) for finding in findings)
    fresh = (error for error in found if (error.path, error.line, error.column) not in taken)
    errors += islice(fresh, max(0, MOST_ERRORS - len(errors)))


def _located(document: Document, finding: Finding) -> ScenarioError:
    from oifde_simulator.scenario.lint import lookalikes  # only wanted when something is wrong

    return document.located(lookalikes.named(finding, document.value))


def _violations(value: Any) -> list[Violation]:
    schema = schema_for(value)
    return [] if schema.accepts(value) else schema.explain(value, MOST_ERRORS)


def _explained(document: Document, violations: Sequence[Violation]) -> Iterator[Finding]:
    if violations:
        from oifde_simulator.scenario.lint.schema import (
            violations as explained,  # only wanted when something is wrong
        )

        yield from explained.lint(violations, document)


def _lint(document: Document, stem: str | None, wrong: Sequence[KeyPath]) -> Iterator[Finding]:
    """Check what the schema cannot express. What stands at the paths in `wrong` is passed over."""
    value = document.value
    yield from tenant.lint(value, stem)
    yield from settings.lint(value)
    yield from sessions.lint(value, document)
    if isinstance(value, dict) and isinstance(value.get("rules"), list):
        from oifde_simulator.scenario.lint import (
            rules,  # slow to import, and only wanted where there are rules
        )

        accepts = schema_for(value).accepts
        wrong_rules: dict[int, list[KeyPath]] = {}
        for path in wrong:
            if path[:1] == ("rules",) and path[1:]:
                wrong_rules.setdefault(int(path[1]), []).append(path[2:])
        yield from rules.lint(value["rules"], document, wrong_rules, lambda rule: accepts({"rules": [rule]}))


def _warnings(document: Document, scenario: Scenario) -> Iterator[Finding]:
    yield from tenant.warnings(document.value, scenario.id)
    yield from settings.warnings(document.value)
    yield from sessions.warnings(document.value)
    if scenario.clock.instant is not None:
        from oifde_simulator.scenario.lint.warnings import standing_clock

        yield from standing_clock.warnings(document.value)
    if scenario.rules:
        from oifde_simulator.scenario.lint.warnings import reachability, unknown_users

        yield from unknown_users.warnings(document.value, scenario)
        yield from reachability.warnings(document.value["rules"], scenario, document)
