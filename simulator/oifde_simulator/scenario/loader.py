"""Loads scenarios from files, bytes and JSON values, and finds scenario files.

Any bytes give a `Scenario` or raise `ScenarioErrors`, and no other exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from oifde_simulator.scenario.documents import Document, JsonDocument, YamlDocument
from oifde_simulator.scenario.errors import NotAScenario, ScenarioError, ScenarioErrors
from oifde_simulator.scenario.files import finding, json_files
from oifde_simulator.scenario.files.finding import Found
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.text import printable, shown

SUFFIXES = finding.SUFFIXES
"""Endings of the names of scenario files, in any case."""
NO_SCENARIO = "no scenario in this folder; expected files named *.yaml, *.yml or *.json"
MOST_VALUES = 400_000
"""Values in a scenario that comes as JSON."""


def load(path: Path, source: bytes | None = None) -> Scenario:
    """Load a scenario file, of which `source` was read; its stem is the tenant's id where it names none."""
    text = read(path) if source is None else source
    scenario = loads(text, printable(path), finding.stem(path), path.parent)
    return scenario if scenario.recordings.folder is None else _with_files(scenario, path)


def _with_files(scenario: Scenario, path: Path) -> Scenario:
    """Find the recordings in the folder that a scenario file names. Raises ScenarioErrors."""
    from oifde_simulator.population.recordings.folder import FolderError
    from oifde_simulator.population.recordings.followed_folder import RecordingFolder

    recordings = scenario.recordings
    try:
        files = RecordingFolder(path.parent / (recordings.folder or ""), path.parent)
    except FolderError as error:
        key = ("recordings", "folder")
        message = f"{shown(recordings.folder)}: {error}"
        raise ScenarioErrors([ScenarioError(scenario.origin, 0, 0, key, message)]) from None
    return replace(scenario, recordings=replace(recordings, files=files))


def read(path: Path) -> bytes:
    """Read a file, as far as a scenario may be long. Raises ScenarioErrors."""
    from oifde_simulator.scenario.yaml.syntax import LARGEST_FILE  # slow to import, and unused by the gallery

    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise ScenarioErrors([_whole_file(printable(path), _unreadable(error))]) from None


def loads(source: bytes, origin: str, stem: str | None = None, home: Path | None = None) -> Scenario:
    """Load a scenario from YAML; `origin` names it in messages, and `stem` its tenant, as in `load`.

    `home` is the folder in which it may name files; None for one that came along.
    """
    from oifde_simulator.scenario.checking import checked  # as slow

    return checked(document(source, origin), stem, home)


def document(source: bytes, origin: str) -> Document:
    """Read YAML, and from a file of JSON also what is no YAML: tabs, and pairs of escapes.

    Raises ScenarioErrors.
    """
    from oifde_simulator.scenario.yaml.tree import read  # slow to import, and unused by the gallery

    try:
        return YamlDocument(read(source, origin), origin)
    except NotAScenario:
        raise
    except ScenarioErrors:
        value = json_files.parse(source) if origin.lower().endswith(".json") else None
        if value is None:
            raise
        return JsonDocument(value, origin)


def from_json(value: Mapping[str, Any], origin: str, stem: str | None = None) -> Scenario:
    """Load a scenario from a value of JSON types and modest depth, as `loads` does from YAML."""
    from oifde_simulator.scenario.checking import checked, count_values

    if count_values(value, MOST_VALUES) > MOST_VALUES:
        message = f"more than {MOST_VALUES:,} values; write fewer records or rules"
        raise ScenarioErrors([_whole_file(origin, message)])
    return checked(JsonDocument(value, origin), stem)


def find(paths: Iterable[Path]) -> list[Path]:
    """List the scenario files that `paths` name: files as they come, then those in each folder, sorted.

    Raises ScenarioErrors with one error for each path without a file, and for what cannot be read.
    """
    found = finding.find(paths)
    if errors := errors_of(found):
        raise ScenarioErrors(errors)
    return list(map(Path, found.files))


def errors_of(found: Found, *, empty: bool = True) -> list[ScenarioError]:
    """List what is wrong with the paths that were searched; with `empty`, also folders without a scenario."""
    return [
        *(_whole_file(printable(path), _unreadable(error)) for path, error in found.unreadable.items()),
        *(_whole_file(printable(path), NO_SCENARIO) for path in found.empty if empty),
        *([ScenarioError("", 0, 0, (), found.too_many)] if found.too_many else ()),
    ]


def nothing_in(paths: Iterable[Path]) -> list[ScenarioError]:
    """Say of folders that they have no scenario."""
    return [_whole_file(printable(path), NO_SCENARIO) for path in paths]


def _unreadable(error: OSError | ValueError) -> str:
    reason = (error.strerror or str(error)) if isinstance(error, OSError) else "no file can have such a name"
    return f"cannot be read: {reason}; expected a scenario file, or a folder of them"


def _whole_file(origin: str, message: str) -> ScenarioError:
    return ScenarioError(origin, 0, 0, (), message)
