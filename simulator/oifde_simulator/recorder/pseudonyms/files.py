"""Names of recording files: the form stays, with drive, folders and times; what tells the call apart goes."""

from __future__ import annotations

import re
from collections.abc import Callable

from oifde_simulator.recorder.pseudonyms.times import CallTimes

FOLDERS = {"record", "odfsrecord", "transferrecord"}
"""Folders that the vendor names; see the page "Downloading an Intelligent IVR Recording File"."""
ENDING = re.compile(r"\.(?:wav|WAV|mp3|v3|V3|pcap)$")
DRIVE = re.compile(r"[A-Za-z]:(?=/)")
FIRST_SECONDS = re.compile(r"[0-9]{10}(?![0-9])")


def replace_path(path: str, times: CallTimes, secret: Callable[[str], str]) -> str:
    """Replace the parts of a path by `secret`, except those whose meaning is known."""
    drive = DRIVE.match(path)
    start = drive.end() if drive else 0
    *folders, name = path[start:].split("/")
    day = next((each for each in folders if times.day(each)), None)
    made = [*(_folder(each, times, secret) for each in folders), _name(name, day, times, secret)]
    return path[:start] + "/".join(made)


def _folder(name: str, times: CallTimes, secret: Callable[[str], str]) -> str:
    if name in FOLDERS:
        return name
    day = times.day(name)
    return secret(name) if day is None else day


def _name(name: str, day: str | None, times: CallTimes, secret: Callable[[str], str]) -> str:
    ending = ENDING.search(name)
    stem = name[: ending.start()] if ending else name
    first = FIRST_SECONDS.match(stem)
    moved = times.seconds(first[0], day) if first else None
    made = secret(stem) if moved is None else moved + secret(stem[10:])
    return made + name[len(stem) :]
