"""What an earlier run wrote of its failed tests is removed, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from oifde_simulator.artifacts.earlier import remove_earlier

FILES = ("report.txt", "journal.jsonl", "journal-2.har", "simulator.log", ".journal.har.123.part")


def made(folder: Path, *names: str) -> Path:
    """Make a folder with these files."""
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()
    return folder


def left(folder: Path) -> set[str]:
    """List the files below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def test_folders_of_failed_tests_are_removed_and_so_is_theirs(tmp_path: Path) -> None:
    for name in ("a-test_b", "a-test_c.gw0"):
        made(tmp_path / "failed" / name, *FILES)
    assert remove_earlier(tmp_path / "failed") == []
    assert [*tmp_path.iterdir()] == []


def test_files_of_others_and_their_folders_stay(tmp_path: Path) -> None:
    failed = made(tmp_path / "failed", "report.txt", "journal.har")
    made(failed / "ours", *FILES, "journal.har.bak", "screen.png")
    made(failed / "theirs", "journal.har", "simulator.log")
    made(failed / "ours" / "below", "report.txt")
    assert remove_earlier(failed) == []
    assert left(failed) == {
        "report.txt", "journal.har", "ours/journal.har.bak", "ours/screen.png", "ours/below/report.txt",
        "theirs/journal.har", "theirs/simulator.log",
    }  # fmt: skip


def test_a_link_leads_to_nothing_that_is_removed(tmp_path: Path) -> None:
    elsewhere = made(tmp_path / "elsewhere", *FILES)
    made(tmp_path / "failed")
    (tmp_path / "failed" / "link").symlink_to(elsewhere)
    (tmp_path / "linked").symlink_to(made(tmp_path / "other" / "failed").parent)
    made(tmp_path / "other" / "test", *FILES)
    for folder in ("failed", "linked"):
        assert remove_earlier(tmp_path / folder) == []
    assert left(elsewhere) == left(tmp_path / "other" / "test") == {*FILES}


@pytest.mark.parametrize("place", ["none", "file"])
def test_without_a_folder_there_is_nothing_to_do(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert remove_earlier(tmp_path / place) == []


def test_a_file_that_cannot_be_removed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(tmp_path / "failed" / "test", "report.txt")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "unlink", refuse)
    (complaint,) = remove_earlier(tmp_path / "failed")
    monkeypatch.undo()
    expected = "report.txt is of an earlier run, and cannot be removed: Permission denied"
    assert complaint == f"{folder}/{expected}"
