"""Sections of .ci/run: what they print is shown however they end, and they do end."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from serving import PATIENCE, REPOSITORY

if not (REPOSITORY / ".ci" / "sections.py").exists():
    pytest.skip("there is no .ci here: this is not a checkout", allow_module_level=True)

sys.path.insert(0, str(REPOSITORY / ".ci"))
sections = __import__("sections")
sys.path.pop(0)

ENDLESS = "echo begun; echo $$ >$ID; exec sleep 1000"
PYTHON = "import faulthandler, time; faulthandler.enable(); print('begun', flush=True); time.sleep(1000)"


@pytest.fixture
def made(tmp_path: Path) -> Any:
    """Create sections that write into a folder of the test."""
    return sections.Sections(tmp_path)


def is_running(file: Path) -> bool:
    """Check the process whose number is in a file."""
    try:
        return Path("/proc", file.read_text().strip(), "stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


async def test_what_passes_is_shown_with_its_notes(made: Any, capfd: pytest.CaptureFixture[str]) -> None:
    await made.run(
        "title", "sh", "-c", "echo $WORD; echo not run: rest; echo passed only by itself: one", WORD="found"
    )
    assert "\n== title\nfound\nnot run: rest\npassed only by itself: one\n" in capfd.readouterr().out
    assert made.summary().endswith("in all\nnot run: rest\npassed only by itself: one")


async def test_what_fails_is_shown_with_its_code(made: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(sections.SectionFailed, match="title: exit code 3"):
        await made.run("title", "sh", "-c", "echo found; exit 3")
    assert "\n== title\nfound\n" in capfd.readouterr().out


@pytest.mark.slow(seconds=3)
@pytest.mark.parametrize(
    "command", [("sh", "-c", ENDLESS), (sys.executable, "-c", PYTHON)], ids=["sh", "python"]
)
async def test_what_does_not_end_is_shown_with_where_it_is(
    made: Any, tmp_path: Path, command: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(sections.SectionFailed, match="title: no end within 3 s"):
        await made.run("title", *command, patience=3.0, ID=str(tmp_path / "id"))
    shown = capfd.readouterr().out
    assert "\n== title\nbegun\n" in shown
    assert "no end within 3 s" in shown
    assert ('File "<string>", line 1' in shown) is (command[0] != "sh")
    assert not is_running(tmp_path / "id")


@pytest.mark.slow(seconds=1)
async def test_what_ignores_the_end_is_killed(
    made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "GRACE", 0.2)
    with pytest.raises(sections.SectionFailed, match="no end within"):
        await made.run(
            "title", "sh", "-c", f"trap '' ABRT TERM; {ENDLESS}", patience=0.5, ID=str(tmp_path / "id")
        )
    assert not is_running(tmp_path / "id")


async def test_what_still_runs_when_another_fails_is_shown(
    made: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(begun := tmp_path / "begun")

    async def run_both() -> None:
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as lanes:
            lanes.create_task(made.run("endless", "sh", "-c", ENDLESS, ID=str(begun)))
            lanes.create_task(made.run("fails", "sh", "-c", "read number <$BEGUN; exit 1", BEGUN=str(begun)))

    with pytest.raises(ExceptionGroup):
        await run_both()
    shown = capfd.readouterr().out
    assert "== was ended: endless" in shown
    assert "== exit code 1: fails" in shown
