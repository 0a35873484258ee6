"""Collecting without slow tests: a run that leaves them out need not import or make them first.

Each process of a run collects the whole suite, and a third of it is slow.
"""

from __future__ import annotations

from pathlib import Path

import pytest

DEFAULT = "not slow"
MARKED_MODULE = "\npytestmark = pytest.mark.slow"
"""The line of a module whose tests are all slow."""


def leaves_out_slow(config: pytest.Config) -> bool:
    """Check that the options deselect slow tests, and that none is asked for by its name."""
    return config.option.markexpr == DEFAULT and not any("::" in argument for argument in config.args)


def is_slow_module(path: Path) -> bool:
    """Check that the text of a module marks all of its tests as slow."""
    return path.suffix == ".py" and MARKED_MODULE in path.read_text(encoding="utf-8")


def is_slow(decorated: object) -> bool:
    """Check that a function or a class has the mark itself, and not only some of its rows."""
    marks = getattr(decorated, "pytestmark", ())
    return isinstance(marks, list) and any(mark.name == "slow" for mark in marks)
