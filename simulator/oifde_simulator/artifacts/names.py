"""Names of tests as names of folders, on every file system. Rule: different tests have different names."""

from __future__ import annotations

import hashlib
import re

LONGEST = 120
"""Characters of a name; file systems take 255 bytes, and archives add folders before it."""
PLAIN = re.compile(r"(?:\w+/)*\w+\.py(?:::\w+)+", re.ASCII)
"""Name of a test, such as `tests/test_a.py::test_b`, that can be read from the folder's again."""
UNSAFE = re.compile(r"[^A-Za-z0-9_.]+")
"""What a file system, a shell, a URL or an archive may refuse or change."""
DIGITS = 8
"""Hexadecimal digits that tell names apart that would be the same."""


def folder_name(test: str, suffix: str = "") -> str:
    """Make the name of a folder of pytest's name of a test: `tests.test_a-test_b`.

    A test whose name cannot be kept has a digest of it behind what is left. `suffix` comes last.
    """
    joined = test.replace(".py::", "-").replace("::", "-").replace("/", ".").replace("\\", ".")
    if PLAIN.fullmatch(test) and len(joined) <= LONGEST:
        return f"{joined}{suffix}"
    safe = UNSAFE.sub("-", joined)[:LONGEST].strip("._-") or "test"
    digest = hashlib.sha256(test.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{safe}-{digest[:DIGITS]}{suffix}"
