"""The files that answers of a scenario are: `respond: {file: page.html}`, read when the scenario is.

Rule: no file outside of the scenario's folder is opened, whatever names or links lead there, and all of them
together are bounded. Nobody reads them later; a watcher looks at their stamps.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import field
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.population.recordings.folder import FLAGS
from oifde_simulator.rules.answers.answer_file import OCTETS
from oifde_simulator.scenario.files import finding
from oifde_simulator.scenario.files.finding import FileStamp
from oifde_simulator.text import KeyPath, did_you_mean, shown

BACKSLASHES = re.compile(r"\\+")
LARGEST_FILE, LARGEST_ALL = 16 << 20, 64 << 20
"""Bytes of one file, and of all that a scenario names."""
MOST_NAMES = 1000
"""Names in a folder among which one that was meant is looked for."""
NOT_INLINE = "only a scenario file may name a file; write body, json or base64"
"""What is said of a scenario, or a rule, that came along in a request and names one."""
OUTSIDE = "leads out of the scenario's folder; name a file beside the scenario file, or below it"


class FileError(ValueError):
    """Error about a file that cannot be an answer; its message says why."""


@dataclass(frozen=True, slots=True)
class AnswerFiles:
    """Files of one scenario."""

    octets: Mapping[str, bytes] = field(default_factory=dict)
    """Bytes by the name that the scenario writes."""
    stamps: Mapping[Path, FileStamp] = field(default_factory=dict)
    """Stamps by path, as of when they were read."""


NO_FILES = AnswerFiles()


def paths(value: Any) -> Iterator[KeyPath]:
    """List the paths of all names of files in the values of a scenario, which may be of any shape."""
    return (path for path, _ in _named(value))


def _named(value: Any) -> Iterator[tuple[KeyPath, str]]:
    """List the names of files, each with its path."""
    for place, rule in enumerate(_list(_member(value, "rules"))):
        outcomes = enumerate(_list(_member(rule, "one_of")))
        for inner, outcome in (((), rule), *((("one_of", number), each) for number, each in outcomes)):
            name = _member(_member(outcome, "respond"), "file")
            if isinstance(name, str):
                yield ("rules", place, *inner, "respond", "file"), name


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def read(value: Any, home: Path | None) -> tuple[AnswerFiles, list[tuple[KeyPath, str]]]:
    """Read the files that a scenario names, in its folder `home`; None for one that is in no folder.

    Returned with a message for each that cannot be read, and the path of its name.
    """
    octets: dict[str, bytes] = {}
    stamps: dict[Path, FileStamp] = {}
    wrong = []
    for path, name in _named(value):
        try:
            if home is None:
                raise FileError(NOT_INLINE)
            if name not in octets:
                left = LARGEST_ALL - sum(map(len, octets.values()))
                stamps[home / name], octets[name] = _read(name, home, left)
        except FileError as error:
            wrong.append((path, f"{shown(name)}: {error}" if home else str(error)))
    return (AnswerFiles(octets, stamps) if octets else NO_FILES), wrong


def resolved(value: Mapping[str, Any], files: AnswerFiles) -> Mapping[str, Any]:
    """Copy a scenario's values with the bytes of its files beside their names."""
    rules = [_with_octets(rule, files) for rule in value["rules"]] if files.octets else None
    return value if rules is None else {**value, "rules": rules}


def _with_octets(given: Mapping[str, Any], files: AnswerFiles) -> Mapping[str, Any]:
    """Copy a rule, or an outcome, with the bytes of its file."""
    if "one_of" in given:
        return {**given, "one_of": [_with_octets(each, files) for each in given["one_of"]]}
    name = given.get("respond", {}).get("file")
    return given if name is None else {**given, "respond": {**given["respond"], OCTETS: files.octets[name]}}


def _read(name: str, home: Path, left: int) -> tuple[FileStamp, bytes]:
    """Read a file of which `left` bytes may be taken. Raises FileError."""
    if _is_outside(name):
        raise FileError(OUTSIDE)
    path = home / name
    seen = finding.stamp(path)
    try:
        real, inside = path.resolve(), home.resolve(strict=True)
        if not real.is_relative_to(inside):
            raise FileError(OUTSIDE)
        octets = _octets(real, min(LARGEST_FILE, left))
    except FileNotFoundError:
        raise FileError(f"there is no such file{_near(path, name)}") from None
    except RuntimeError:
        raise FileError("cannot be read: it is a link that leads in a circle") from None
    except (OSError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        reason = getattr(error, "strerror", None)
        raise FileError(f"cannot be read: {reason}" if reason else "is no name of a file") from None
    return seen, octets


def _is_outside(name: str) -> bool:
    written = (PurePosixPath(name), PureWindowsPath(name))
    return any(path.is_absolute() or path.anchor or ".." in path.parts for path in written)


def _octets(path: Path, most: int) -> bytes:
    if path.is_dir():
        raise FileError("is a folder; name a file in it")
    descriptor = os.open(path, FLAGS)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileError("is no file, but a pipe or a device")
        octets = file.read(most + 1)
    if len(octets) <= most:
        return octets
    if most == LARGEST_FILE:
        raise FileError(f"is larger than {LARGEST_FILE >> 20} MiB; name a smaller one")
    raise FileError(f"all files of a scenario may have {LARGEST_ALL >> 20} MiB together; name smaller ones")


def _near(path: Path, name: str) -> str:
    """Guess which file was meant by `name`; say where files are looked for."""
    if "\\" in name:
        return f"; between folders stands a slash: write {shown(BACKSLASHES.sub('/', name))}"
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in islice(entries, MOST_NAMES)]
    except (OSError, ValueError):
        names = []
    folder = PurePosixPath(name).parent
    return (
        did_you_mean(name, [str(folder / each) for each in sorted(names)])
        or "; files are looked for in the scenario's folder"
    )
