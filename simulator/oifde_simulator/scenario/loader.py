"""Scenario files to scenarios: `load`, `loads`, `find`. Any bytes give a Scenario or ScenarioErrors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from oifde_simulator import resources
from oifde_simulator.json_schema.schema import Schema, Violation
from oifde_simulator.scenario import errors as located
from oifde_simulator.scenario import units
from oifde_simulator.scenario.errors import ScenarioError, ScenarioErrors
from oifde_simulator.scenario.lint import sessions
from oifde_simulator.scenario.model import Scenario, scenario
from oifde_simulator.scenario.yaml.node import Node, Tree, plain
from oifde_simulator.text import printable

SUFFIXES = (".yaml", ".yml")
MOST_TOLD = 200
"""Mistakes of one scenario that are looked for; where there are more, that is told too."""
MOST_VALUES = 400_000
"""Values that a scenario may hold which comes as JSON."""

CHECKS: tuple[tuple[located.Path, units.Complaint], ...] = (
    (("tenant", "id"), units.tenant_id_complaint),
    (("tenant", "token_lifetime"), units.lifetime_complaint),
    (("settings", "time_zone"), units.time_zone_complaint),
    (("clock",), units.clock_complaint),
)
"""What the schema cannot say, of values that are text."""


def load(path: Path) -> Scenario:
    """The scenario in the file `path`; its stem is the tenant's id where the file names none."""
    from oifde_simulator.scenario.yaml.syntax import LARGEST_FILE  # slow to import, and unused by the gallery

    origin = printable(path)
    try:
        with path.open("rb") as file:
            source = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise ScenarioErrors([_whole_file(origin, _unreadable(error))]) from None
    return loads(source, origin, printable(path.stem))


def loads(source: bytes, origin: str, stem: str | None = None) -> Scenario:
    """The scenario in `source`; `origin` names it in messages. Raises ScenarioErrors, and nothing else."""
    from oifde_simulator.scenario.yaml.tree import read  # slow to import, and unused by the gallery

    return _judged(read(source, origin), origin, stem)


def of(value: Mapping[str, Any], origin: str, stem: str | None = None) -> Scenario:
    """The scenario that `value`, of JSON types only and of modest depth, describes; as `loads` else."""
    if _weight(value) > MOST_VALUES:
        message = f"more than {MOST_VALUES:,} values; write fewer records or rules"
        raise ScenarioErrors([_whole_file(origin, message)])
    return _judged(plain(value), origin, stem)


def _judged(tree: Tree, origin: str, stem: str | None) -> Scenario:
    errors = list(tree.errors)
    violations = _violations(tree.root.value)
    _add(errors, _breaches(violations, tree.root, origin))
    if len(violations) < MOST_TOLD:  # else the shape of the rest is not known
        _add(errors, _lapses(tree, origin, stem, errors))
    if max(len(violations), len(errors)) >= MOST_TOLD:
        errors.append(_whole_file(origin, "there may be more mistakes than these; mend them first"))
    if errors:
        raise ScenarioErrors(errors)
    return replace(
        scenario(tree.root.value, origin, stem or ""), warnings=tuple(_warnings(tree.root, origin))
    )


def _add(errors: list[ScenarioError], found: Iterable[ScenarioError]) -> None:
    # What is already said of a place is not said again in other words.
    told = {(error.path, error.line, error.column) for error in errors}
    fresh = (error for error in found if (error.path, error.line, error.column) not in told)
    errors += islice(fresh, max(0, MOST_TOLD - len(errors)))


def _weight(value: Any) -> int:
    """How many values it holds, itself included."""
    count, level = 1, [value]
    while level and count <= MOST_VALUES:
        each = level.pop()
        inner = each.values() if isinstance(each, Mapping) else each
        count += len(each)
        level += [one for one in inner if isinstance(one, dict | list)]
    return count


def _warnings(root: Node, origin: str) -> Iterator[str]:
    yield from map(str, sessions.warnings(root, origin))
    if rules := _node(root, ("rules",)):
        from oifde_simulator.scenario.lint import reachability

        yield from map(str, reachability.warnings(rules, origin))


def find(paths: Iterable[Path]) -> list[Path]:
    """The scenario files that files and folders (not their subfolders) amount to, in order."""
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
    files = sorted(path for path in found if not _is_other(path))
    if not files:
        message = "no scenario in this folder; expected files named *.yaml or *.yml"
        raise ScenarioErrors([_whole_file(printable(folder), message)])
    return files


def _is_other(path: Path) -> bool:
    # To open a pipe or a device may wait forever; a link that leads nowhere is told when it is opened.
    return path.exists() and not path.is_file()


def _present(path: Path) -> Path:
    path.stat()
    return path


def _unreadable(error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot be read: {reason}; expected a scenario file, or a folder of them"


def _whole_file(origin: str, message: str) -> ScenarioError:
    return ScenarioError(origin, 0, 0, (), message)


@cache
def _schema() -> Schema:
    document = resources.read_json("scenario.schema.json")
    contract = document["$id"].replace("scenario.schema.json", "openapi.json")
    return Schema(document, resources={contract: resources.read_json("openapi.json")})


def _violations(value: Any) -> list[Violation]:
    return [] if _schema().accepts(value) else _schema().explain(value, MOST_TOLD)


def _breaches(violations: Sequence[Violation], root: Node, origin: str) -> Iterator[ScenarioError]:
    if not violations:
        return
    from oifde_simulator.scenario.lint import schema_errors  # only wanted when something is wrong

    mistyped = {violation.path for violation in violations if violation.keyword == "type"}
    for violation in violations:
        if violation.keyword == "type" or violation.path not in mistyped:
            yield from schema_errors.explain(violation, root, origin, _schema().document)


def _lapses(
    tree: Tree, origin: str, stem: str | None, found: Sequence[ScenarioError]
) -> Iterator[ScenarioError]:
    """What the schema cannot say; of a rule only where nothing was `found` wrong with its shape."""
    for path, complain in CHECKS:
        node = _node(tree.root, path)
        if node and isinstance(node.value, str) and (message := complain(node.value)):
            yield ScenarioError(origin, node.line, node.column, path, message)
    for path, node in tree.floats:
        if path[:2] == ("sessions", "records") and node.value.is_integer():
            message = f"expected a whole number, found {node.text}; write {int(node.value)}"
            yield ScenarioError(origin, node.line, node.column, path, message)
    yield from sessions.lapses(tree.root, origin)
    if (rules := _node(tree.root, ("rules",))) and isinstance(rules.value, list):
        from oifde_simulator.scenario.lint import rules as rule_lapses  # only wanted where there are rules

        spoiled = {step for error in found for step in error.path[1:2] if error.path[0] == "rules"}
        yield from rule_lapses.lapses(rules, origin, spoiled)
    if not _node(tree.root, ("tenant", "id")):
        yield from _nameless(tree.root, origin, stem)


def _nameless(root: Node, origin: str, stem: str | None) -> Iterator[ScenarioError]:
    """A scenario whose tenant takes the file's name, where that will not do."""
    complaint = units.tenant_id_complaint(stem) if stem else "nothing names the tenant"
    if complaint:
        yield ScenarioError(
            origin, root.line, root.column, (), f"{complaint}; write tenant: {{id: ...}} into the file"
        )


def _node(root: Node, path: located.Path) -> Node | None:
    node: Any = root
    for step in path:
        node = node.items.get(step) if isinstance(node.value, dict) else None
        if node is None:
            return None
    return node  # type: ignore[no-any-return]
