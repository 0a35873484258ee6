"""Loads scenarios from files, bytes and JSON values, and finds scenario files.

Any bytes give a `Scenario` or raise `ScenarioErrors`, and no other exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from oifde_simulator.scenario.checking import checked, count_values
from oifde_simulator.scenario.documents import JsonDocument, YamlDocument
from oifde_simulator.scenario.errors import ScenarioError, ScenarioErrors
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.text import printable

SUFFIXES = (".yaml", ".yml")
"""Endings of the names of scenario files."""
MOST_VALUES = 400_000
"""Values in a scenario that comes as JSON."""


def load(path: Path) -> Scenario:
    """Load a scenario file; its stem is the tenant's id where the file names none."""
    return loads(read(path), printable(path), printable(path.stem))


def read(path: Path) -> bytes:
    """Read a file, as far as a scenario may be long. Raises ScenarioErrors."""
    from oifde_simulator.scenario.yaml.syntax import LARGEST_FILE  # slow to import, and unused by the gallery

    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise ScenarioErrors([_whole_file(printable(path), _unreadable(error))]) from None


def loads(source: bytes, origin: str, stem: str | None = None) -> Scenario:
    """Load a scenario from YAML; `origin` names it in messages, and `stem` its tenant, as in `load`."""
    from oifde_simulator.scenario.yaml.tree import read  # slow to import, and unused by the gallery

    return checked(YamlDocument(read(source, origin), origin), stem)


def from_json(value: Mapping[str, Any], origin: str, stem: str | None = None) -> Scenario:
    """Load a scenario from a value of JSON types and modest depth, as `loads` does from YAML."""
    if count_values(value, MOST_VALUES) > MOST_VALUES:
        message = f"more than {MOST_VALUES:,} values; write fewer records or rules"
        raise ScenarioErrors([_whole_file(origin, message)])
    return checked(JsonDocument(value, origin), stem)


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
    # To open a pipe or a device may wait forever. The error of a broken link comes when it is opened.
    return path.exists() and not path.is_file()


def _present(path: Path) -> Path:
    path.stat()
    return path


def _unreadable(error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot be read: {reason}; expected a scenario file, or a folder of them"


def _whole_file(origin: str, message: str) -> ScenarioError:
    return ScenarioError(origin, 0, 0, (), message)
