"""A scenario's values together with their places: lines and columns of a YAML file, or none for JSON."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from oifde_simulator.scenario.errors import ScenarioError
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.text import KeyPath

if TYPE_CHECKING:
    from oifde_simulator.scenario.yaml.node import Tree


class Document(ABC):
    """The values of one scenario, and where each of them stands."""

    def __init__(self, value: Any, origin: str, errors: tuple[ScenarioError, ...] = ()) -> None:
        """Take a value of JSON types; `errors` are the mistakes found while it was read."""
        self.value = value
        self.origin = origin
        self.errors = errors

    def located(self, finding: Finding) -> ScenarioError:
        """Turn a finding into an error with its place."""
        place = finding.path if finding.place is None else finding.place
        line, column = self._position(place, finding.on_key)
        return ScenarioError(self.origin, line, column, finding.path, finding.message)

    @abstractmethod
    def text(self, path: KeyPath, /) -> str:
        """Return the scalar at `path` as the document writes it."""

    @abstractmethod
    def line(self, path: KeyPath, /) -> str:
        """Describe the place of the value at `path` for a message."""

    @abstractmethod
    def _position(self, path: KeyPath, on_key: bool, /) -> tuple[int, int]: ...


class YamlDocument(Document):
    """A YAML file as read."""

    def __init__(self, tree: Tree, origin: str) -> None:
        """Take the nodes of a file; `origin` is its name in messages."""
        super().__init__(tree.root.value, origin, tree.errors)
        self._root = tree.root

    def text(self, path: KeyPath) -> str:
        """Return the scalar at `path` as the file writes it, such as `1e3` for 1000.0."""
        return self._root.at(path).text

    def line(self, path: KeyPath) -> str:
        """Describe the place of the value at `path`: `in line 3`."""
        return f"in line {self._root.at(path).line}"

    def _position(self, path: KeyPath, on_key: bool) -> tuple[int, int]:
        node = self._root.at(path[:-1]).keys[str(path[-1])] if on_key else self._root.nearest(path)
        return node.line, node.column


class SessionsDocument(Document):
    """A YAML file that has what stands below `sessions` in a scenario, read as such a scenario."""

    def __init__(self, file: YamlDocument) -> None:
        """Take the file as read."""
        super().__init__({"sessions": file.value}, file.origin, file.errors)
        self._file = file

    def located(self, finding: Finding) -> ScenarioError:
        """Turn a finding into an error with its place and its path in the file."""
        found = super().located(finding)
        return replace(found, path=found.path[1:])

    def text(self, path: KeyPath) -> str:
        """Return the scalar at `path` as the file writes it."""
        return self._file.text(path[1:])

    def line(self, path: KeyPath) -> str:
        """Describe the place of the value at `path`: `in line 3`."""
        return self._file.line(path[1:])

    def _position(self, path: KeyPath, on_key: bool) -> tuple[int, int]:
        return self._file._position(path[1:], on_key)


def has_rules_only(value: Any) -> bool:
    """Check that a value is a mapping of the key `rules` alone, with a list below it."""
    return isinstance(value, dict) and [*value] == ["rules"] and isinstance(value["rules"], list)


class RulesDocument(Document):
    """YAML of rules alone, or below the key `rules`, read as a scenario that has them."""

    def __init__(self, file: YamlDocument, rules: list[Any]) -> None:
        """Take the text as read, and its `rules`, without what belongs to none in a file."""
        self._file = file
        self._steps = 1 if isinstance(file.value, list) else 0 if has_rules_only(file.value) else 2
        before = ("rules", 0)[: self._steps]
        errors = tuple(replace(each, path=before + each.path) for each in file.errors)
        super().__init__({"rules": rules}, file.origin, errors)

    def own(self, error: ScenarioError) -> ScenarioError:
        """Tell an error with its path in the text."""
        return replace(error, path=error.path[self._steps :])

    def text(self, path: KeyPath) -> str:
        """Return the scalar at `path` as the text writes it."""
        return self._file.text(path[self._steps :])

    def line(self, path: KeyPath) -> str:
        """Describe the place of the value at `path`: `in line 3`."""
        return self._file.line(path[self._steps :])

    def _position(self, path: KeyPath, on_key: bool) -> tuple[int, int]:
        inner = path[self._steps :]
        return self._file._position(inner, on_key and bool(inner))


class JsonDocument(Document):
    """A scenario that came as JSON, in a request: it has no lines."""

    def __init__(self, value: Mapping[str, Any], origin: str) -> None:
        """Take a value of JSON types; `origin` is its name in messages."""
        super().__init__(value, origin)

    def text(self, path: KeyPath) -> str:
        """Return the scalar at `path` as JSON."""
        value = value_at(self.value, path)
        return value if isinstance(value, str) else json.dumps(value)

    def line(self, _path: KeyPath, /) -> str:
        """Describe the place of any value: `above`."""
        return "above"

    def _position(self, _path: KeyPath, _on_key: bool, /) -> tuple[int, int]:
        return 0, 0
