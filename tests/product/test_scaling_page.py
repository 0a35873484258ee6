"""docs/scaling.md: each failure names the test that shows it."""

from __future__ import annotations

import re

from serving import REPOSITORY

PAGE = (REPOSITORY / "docs" / "scaling.md").read_text()


def test_each_failure_is_shown_by_a_test_that_there_is() -> None:
    sources = "".join(path.read_text() for path in (REPOSITORY / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)` \|", PAGE)
    assert len(named) >= 8
    assert [name for name in named if f"def {name}(" not in sources] == []


def test_the_model_is_that_of_the_benchmark() -> None:
    model = "min((C - 1) / u, 1 / s)"
    assert model in PAGE
    assert model in (REPOSITORY / "benchmarks" / "replicas_report.py").read_text()
