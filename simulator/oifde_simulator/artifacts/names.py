"""Names of tests as names of folders, on every file system. Rule: different tests have different names."""

from __future__ import annotations

import hashlib
import re

LONGEST = 120
"""Characters of a name; file systems take 255 bytes, and archives add folders before it."""
UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
"""What a file system, a shell, a URL or an archive may refuse or change."""
DIGITS = 8
"""Hexadecimal digits that tell names apart that would be the same."""


def folder_name(test: str, suffix: str = "") -> str:
    """Make the name of a folder of pytest's name of a test, `tests/test_a.py::test_b`.

    A test whose name cannot be kept as it is has a digest of it behind what is left. `suffix` comes last.
    """
    plain = test.replace(".py::", ".").replace("::", ".").replace("/", ".").replace("\\", ".")
    safe = UNSAFE.sub("_", plain).strip("._-")[:LONGEST] or "test"
    if safe != plain:
        digest = hashlib.sha256(test.encode("utf-8", "surrogatepass")).hexdigest()
        safe = f"{safe}-{digest[:DIGITS]}"
    return f"{safe}{suffix}"
