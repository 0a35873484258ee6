"""Read names of recordings: four forms of one path, each with drive, virtual call center, day and name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

# Downloading an Intelligent IVR Recording File: the four forms of fileName.
FORM = re.compile(
    r"(?P<drive>[A-Za-z]):/(?:record/)?(?P<vdn>[0-9]{1,32})/(?P<kind>odfsrecord/|transferrecord/)?"
    r"(?P<day>[0-9]{8})/(?P<name>[^/\\:*?\"<>|\x00-\x1f\x7f]{1,100})\.wav"
)
BUSINESS_INFO = "businessInfoStr"
"""Field of a record whose text holds the names of files, as JSON."""
NO_FILE = ("", "null")
"""Values of `recordFileName` that name no file."""


class RecordingName(NamedTuple):
    """The parts of a recording's path; equal for all forms of one path."""

    drive: str
    vdn: str
    """ID of the virtual call center."""
    day: str
    """Day of the folder, as yyyymmdd."""
    name: str
    """Name of the file without `.wav`."""

    @classmethod
    def parse(cls, path: str) -> RecordingName | None:
        """Read a path in any of the four forms; None for another text."""
        found = FORM.fullmatch(path)
        # Without `record/` and without a folder for the kind, it is none of the four.
        if found is None or not (found["kind"] or path[3:].startswith("record/")):
            return None
        return cls(found["drive"].upper(), found["vdn"], found["day"], found["name"])

    @property
    def canonical(self) -> str:
        """Path in the form that records have."""
        return f"{self.drive}:/{self.vdn}/odfsrecord/{self.day}/{self.name}.wav"

    @property
    def has_real_day(self) -> bool:
        """Check that the day of the folder is in the calendar."""
        try:
            datetime.strptime(self.day, "%Y%m%d")  # noqa: DTZ007  a day, not a time
        except ValueError:
            return False
        return True


def canonical(path: str) -> str:
    """Turn any of the four forms into the one that records have; another text stays as it is."""
    found = RecordingName.parse(path)
    return path if found is None else found.canonical


def recording_info(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read `BUSINESS_INFO` of a record, a string that holds JSON; empty where it holds no object."""
    try:
        info = orjson.loads(record.get(BUSINESS_INFO) or "null")
    except (TypeError, ValueError):
        return {}
    return info if isinstance(info, dict) else {}


def file_name_of(record: Mapping[str, Any]) -> str | None:
    """Find the `recordFileName` of a record; None where it names no file."""
    name = recording_info(record).get("recordFileName")
    return name if isinstance(name, str) and name not in NO_FILE else None
