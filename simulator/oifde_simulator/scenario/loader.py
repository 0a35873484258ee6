"""Loads scenarios from files, bytes and JSON values, and finds scenario files.

Any bytes give a `Scenario` or raise `ScenarioErrors`, and no other exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from oifde_simulator import resources
from oifde_simulator.json_schema.schema import Schema, Violation
from oifde_simulator.scenario.builder import build
from oifde_simulator.scenario.documents import Document, JsonDocument, YamlDocument
from oifde_simulator.scenario.errors import ScenarioError, ScenarioErrors
from oifde_simulator.scenario.lint import sessions, tenant
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.scenario.yaml.syntax import LARGEST_FILE
from oifde_simulator.scenario.yaml.tree import read
from oifde_simulator.text import printable

SUFFIXES = (".yaml", ".yml")
"""Endings of the names of scenario files."""
MOST_ERRORS = 200
"""Mistakes of one scenario that are looked for; one more error says where there may be others."""
MOST_VALUES = 400_000
"""Values that a scenario may hold which comes as JSON."""


def load(path: Path) -> Scenario:
    """Load a scenario file; its stem is the tenant's id where the file names none."""
    origin = printable(path)
    try:
        with path.open("rb") as file:
            source = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise ScenarioErrors([_whole_file(origin, _unreadable(error))]) from None
    return loads(source, origin, printable(path.stem))


def loads(source: bytes, origin: str, stem: str | None = None) -> Scenario:
    """Load a scenario from YAML; `origin` names it in messages, and `stem` its tenant, as in `load`."""
    return _checked(YamlDocument(read(source, origin), origin), stem)


def from_json(value: Mapping[str, Any], origin: str, stem: str | None = None) -> Scenario:
    """Load a scenario from a value of JSON types and modest depth, as `loads` does from YAML."""
    if _exceeds(value, MOST_VALUES):
        message = f"more than {MOST_VALUES:,} values; write fewer records or rules"
        raise ScenarioErrors([_whole_file(origin, message)])
    return _checked(JsonDocument(value, origin), stem)


def _exceeds(value: Any, most: int) -> bool:
    """Tell whether a value holds more than `most` values, itself included."""
    count, level = 1, [value]
    while level and count <= most:
        each = level.pop()
        inner = each.values() if isinstance(each, Mapping) else each
        count += len(each)
        level += [one for one in inner if isinstance(one, dict | list)]
    return count > most


# From a document to a scenario, or to its mistakes


def _checked(document: Document, stem: str | None) -> Scenario:
    if errors := _errors(document, stem):
        raise ScenarioErrors(errors)
    scenario = build(document.value, document.origin, stem or "")
    warnings = tuple(str(document.located(finding)) for finding in _warnings(document, scenario))
    return replace(scenario, warnings=warnings)


def _errors(document: Document, stem: str | None) -> list[ScenarioError]:
    errors = list(document.errors)
    violations = _violations(document.value)
    _add(errors, document, _explained(document, violations))
    if len(violations) < MOST_ERRORS:  # else the shape of the rest is not known
        _add(errors, document, _lint(document, stem, errors))
    if max(len(violations), len(errors)) >= MOST_ERRORS:
        message = "there may be more mistakes than these; mend them first"
        errors.append(_whole_file(document.origin, message))
    return errors


def _add(errors: list[ScenarioError], document: Document, findings: Iterable[Finding]) -> None:
    """Add the errors of findings, but none about a place that has an error already."""
    taken = {(error.path, error.line, error.column) for error in errors}
    found = map(document.located, findings)
    fresh = (error for error in found if (error.path, error.line, error.column) not in taken)
    errors += islice(fresh, max(0, MOST_ERRORS - len(errors)))


@cache
def _schema() -> Schema:
    document = resources.read_json("scenario.schema.json")
    contract = document["$id"].replace("scenario.schema.json", "openapi.json")
    return Schema(document, resources={contract: resources.read_json("openapi.json")})


def _violations(value: Any) -> list[Violation]:
    return [] if _schema().accepts(value) else _schema().explain(value, MOST_ERRORS)


def _explained(document: Document, violations: Sequence[Violation]) -> Iterator[Finding]:
    if violations:
        from oifde_simulator.scenario.lint import schema_violations  # only wanted when something is wrong

        yield from schema_violations.lint(violations, document, _schema().document)


def _lint(document: Document, stem: str | None, errors: Sequence[ScenarioError]) -> Iterator[Finding]:
    """Check what the schema cannot express; rules only if they have no `errors` yet."""
    value = document.value
    yield from tenant.lint(value, stem)
    yield from sessions.lint(value, document)
    if isinstance(value, dict) and isinstance(value.get("rules"), list):
        from oifde_simulator.scenario.lint import (
            rules,  # slow to import, and only wanted where there are rules
        )

        misshapen = {error.path[1] for error in errors if error.path[:1] == ("rules",) and error.path[1:]}
        yield from rules.lint(value["rules"], document, misshapen)


def _warnings(document: Document, scenario: Scenario) -> Iterator[Finding]:
    yield from sessions.warnings(document.value)
    if scenario.rules:
        from oifde_simulator.scenario.lint import reachability

        yield from reachability.warnings(document.value["rules"], scenario.rules, document)


# Files


def find(paths: Iterable[Path]) -> list[Path]:
    """List the scenario files that `paths` name: files as they come, then those in each folder, sorted.

    Subfolders are not searched. Raises ScenarioErrors with one error for each path without a file.
    """
    files: list[Path] = []
    errors: list[ScenarioError] = []
    for path in paths:
        try:
            files += _in_folder(path) if path.is_dir() else [_present(path)]
        except (OSError, ValueError) as error:
            errors.append(_whole_file(printable(path), _unreadable(error)))
        except ScenarioErrors as error:
            errors += error.errors
    if errors:
        raise ScenarioErrors(errors)
    return list(dict.fromkeys(files))


def _in_folder(folder: Path) -> list[Path]:
    found = (path for path in folder.iterdir() if path.suffix in SUFFIXES and not path.name.startswith("."))
    files = sorted(path for path in found if not _is_special(path))
    if not files:
        message = "no scenario in this folder; expected files named *.yaml or *.yml"
        raise ScenarioErrors([_whole_file(printable(folder), message)])
    return files


def _is_special(path: Path) -> bool:
    # To open a pipe or a device may wait forever. A link that leads nowhere gets its error when it is opened.
    return path.exists() and not path.is_file()


def _present(path: Path) -> Path:
    path.stat()
    return path


def _unreadable(error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot be read: {reason}; expected a scenario file, or a folder of them"


def _whole_file(origin: str, message: str) -> ScenarioError:
    return ScenarioError(origin, 0, 0, (), message)
