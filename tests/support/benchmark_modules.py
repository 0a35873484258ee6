"""Modules of benchmarks/, imported as the benchmarks import each other."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from serving import REPOSITORY

BENCHMARKS = REPOSITORY / "benchmarks"


def benchmark_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Import modules of benchmarks/, and forget them afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if str(BENCHMARKS) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
