"""Options of a command as its `--help` shows them to a user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from serving import run


@cache
def options(command: str) -> Mapping[str, str]:
    """Map the flags of a command to their lines of help."""
    text = run(command, "--help", COLUMNS="1000").stdout
    found = re.findall(r"^  (?:-h, )?(--[a-z][a-z-]*)(?: \S+)? *(.*)$", text, re.M)
    assert ("--help", "show this help message and exit") in found
    return dict(found)


def variables() -> set[str]:
    """Name the environment variables of `serve`."""
    return {"OIFDE_SIMULATOR" + flag[1:].replace("-", "_").upper() for flag in options("serve")}


def default(flag: str) -> str:
    """Read the default of an option of `serve`."""
    (value,) = re.findall(r"\(default: (.*?)\)", options("serve")[flag])
    return str(value)
