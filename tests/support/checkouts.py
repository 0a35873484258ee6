"""Copies of the checkout, for tests that add files to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from serving import PATIENCE, REPOSITORY, environment

COPIED = ("pyproject.toml", "simulator", "schemas", "scenarios", "tests", "docs")
PROGRAMS = Path(sys.executable).parent


def copy_checkout(folder: Path) -> None:
    """Copy the package with its tests and pages into a folder that is there."""
    for name in COPIED:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)


def run_in_copy(folder: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command line in a copy, with the programs of this environment and the package of the copy."""
    path = os.pathsep.join((str(PROGRAMS), os.environ.get("PATH", "")))
    own = {name: text for name, text in environment().items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        words,
        cwd=folder,
        env=own | {"PATH": path, "PYTHONPATH": str(folder / "simulator")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE,
        check=False,
    )
