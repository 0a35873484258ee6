"""A terminal sees a bar where tqdm is installed; everything else sees lines."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from oifde_simulator.cli.record.bar import progress_report
from oifde_simulator.cli.terminal import PrintableStream


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def told(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, users: int = 40) -> str:
    monkeypatch.setattr(sys, "stderr", PrintableStream(stream))
    with progress_report(users) as report:
        for done in range(1, users + 1):
            report(done, users, 3 * done)
    return stream.getvalue()


def test_elsewhere_there_are_a_few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = told(monkeypatch, io.StringIO(), 1000).splitlines()
    assert len(lines) == 20
    assert lines[-1] == "1,000 of 1,000 users, 3,000 records"


def test_a_terminal_without_tqdm_has_lines_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert "40 of 40 users, 120 records" in told(monkeypatch, Terminal())


def test_a_terminal_has_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm")
    text = told(monkeypatch, Terminal())
    assert "0/40" in text
    assert "\\r" not in text


def test_a_bar_is_told_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    class Bar:
        n = 0

        def __init__(self, **options: Any) -> None:
            seen.append(options["total"])

        def set_postfix(self, **values: Any) -> None:
            seen.append(values["records"])

        def update(self, more: int) -> None:
            self.n += more

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            seen.append(self.n)

    monkeypatch.setitem(sys.modules, "tqdm", type("module", (), {"tqdm": Bar}))
    told(monkeypatch, Terminal(), 2)
    assert seen == [2, 3, 6, 2]
