"""What a run of this suite saves: slow modules that it leaves out, and reports that nobody would see."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from passed_reports import without_passed_phases
from slow_modules import is_slow, is_slow_module, leaves_out_slow

SILENT: dict[str, Any] = {"when": "setup", "outcome": "passed", "sections": []}
"""The report of a phase that passed without a word."""


def options(marks: str, *arguments: str) -> Any:
    return SimpleNamespace(option=SimpleNamespace(markexpr=marks), args=[*arguments])


@pytest.mark.parametrize(
    ("config", "left_out"),
    [
        (options("not slow", "tests"), True),
        (options("not slow", "tests/web", "tests/web/test_tls.py::test_it"), False),
        (options("slow", "tests"), False),
        (options("", "tests"), False),
    ],
    ids=["everyday", "by name", "slow ones", "all"],
)
def test_slow_tests_are_left_out_unless_they_are_asked_for(config: Any, left_out: bool) -> None:
    assert leaves_out_slow(config) is left_out


def test_a_module_is_left_out_if_it_is_marked_as_a_whole(tmp_path: Path) -> None:
    whole, row = tmp_path / "test_whole.py", tmp_path / "test_row.py"
    whole.write_text("import pytest\n\npytestmark = pytest.mark.slow(seconds=3)\n")
    row.write_text("import pytest\n\n\n@pytest.mark.slow\ndef test_a() -> None:\n    assert True\n")
    assert (is_slow_module(whole), is_slow_module(row)) == (True, False)
    assert not is_slow_module(tmp_path)


def test_a_function_with_a_slow_row_is_collected_for_its_others() -> None:
    @pytest.mark.slow(seconds=2)
    def whole() -> None:
        """Stand for a test that is slow."""

    @pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.slow)])
    def rows() -> None:
        """Stand for a test with one row that is slow."""

    assert (is_slow(whole), is_slow(rows), is_slow(SILENT)) == (True, False, False)


@pytest.mark.parametrize(
    ("name", "report", "sent"),
    [
        ("logstart", {}, False),
        ("logfinish", {}, True),
        ("testreport", SILENT, False),
        ("testreport", SILENT | {"when": "teardown"}, False),
        ("testreport", SILENT | {"when": "call"}, True),
        ("testreport", SILENT | {"outcome": "failed"}, True),
        ("testreport", SILENT | {"outcome": "skipped"}, True),
        ("testreport", SILENT | {"sections": [("Captured log teardown", "late")]}, True),
    ],
)
def test_a_process_sends_what_is_seen(name: str, report: dict[str, Any], sent: bool) -> None:
    events: list[tuple[str, dict[str, Any]]] = []
    send = without_passed_phases(lambda name, **event: events.append((name, event)))
    send(name, data=report)
    assert events == ([(name, {"data": report})] if sent else [])
