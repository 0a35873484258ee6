"""What an earlier run wrote of its failed tests is removed, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.artifacts.earlier import remove_earlier

FILES = ("report.txt", "journal.jsonl", "journal-2.har", "simulator.log", ".journal.har.123.part")
OURS = (".oifde-simulator", *FILES)
DENIED = PermissionError(13, "Permission denied")


def made(folder: Path, *names: str) -> Path:
    """Make a folder with these files."""
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()
    return folder


def left(folder: Path) -> set[str]:
    """List the files below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def refusing(monkeypatch: pytest.MonkeyPatch, method: str, error: OSError, where: str = "") -> None:
    """Have a method of paths fail for those that end so."""
    original = getattr(Path, method)

    def refuse(path: Path) -> Any:
        if str(path).endswith(where):
            raise error
        return original(path)

    monkeypatch.setattr(Path, method, refuse)


def test_folders_of_failed_tests_are_removed_and_so_is_theirs(tmp_path: Path) -> None:
    for name in ("a-test_b", "a-test_c.gw0"):
        made(tmp_path / "failed" / name, *OURS)
    assert remove_earlier(tmp_path / "failed") == []
    assert [*tmp_path.iterdir()] == []


def test_files_of_others_and_their_folders_stay(tmp_path: Path) -> None:
    failed = made(tmp_path / "failed", "report.txt", "journal.har")
    made(failed / "ours", *OURS, "journal.har.bak", "screen.png")
    made(failed / "theirs", *FILES)
    made(failed / "ours" / "below", *OURS)
    assert remove_earlier(failed) == []
    assert left(failed) == {
        "report.txt", "journal.har", "ours/journal.har.bak", "ours/screen.png",
        *(f"theirs/{name}" for name in FILES), *(f"ours/below/{name}" for name in OURS),
    }  # fmt: skip


def test_a_link_leads_to_nothing_that_is_removed(tmp_path: Path) -> None:
    elsewhere = made(tmp_path / "elsewhere", *OURS)
    theirs = made(tmp_path / "failed" / "theirs", *FILES)
    (theirs / ".oifde-simulator").symlink_to(elsewhere / ".oifde-simulator")
    (tmp_path / "failed" / "link").symlink_to(elsewhere)
    (tmp_path / "linked").symlink_to(made(tmp_path / "other" / "failed").parent)
    made(tmp_path / "other" / "test", *OURS)
    for folder in ("failed", "linked"):
        assert remove_earlier(tmp_path / folder) == []
    assert left(elsewhere) == left(tmp_path / "other" / "test") == left(theirs) == {*OURS}


@pytest.mark.parametrize("place", ["none", "file"])
def test_without_a_folder_there_is_nothing_to_do(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert remove_earlier(tmp_path / place) == []


def test_a_file_that_cannot_be_removed_is_told_and_tried_again_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(tmp_path / "failed" / "test", *OURS)
    with monkeypatch.context() as system:
        refusing(system, "unlink", DENIED, "report.txt")
        (complaint,) = remove_earlier(tmp_path / "failed")
    expected = "report.txt is of an earlier run, and cannot be removed: Permission denied"
    assert complaint == f"{folder}/{expected}"
    assert left(folder) == {"report.txt", ".oifde-simulator"}
    assert remove_earlier(tmp_path / "failed") == []
    assert not folder.exists()


@pytest.mark.parametrize(
    ("method", "where"),
    [("lstat", "b/.oifde-simulator"), ("iterdir", "failed/b"), ("is_symlink", "failed/b")],
)
def test_a_folder_that_cannot_be_read_is_told_and_keeps_back_no_other(
    method: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = tmp_path / "failed"
    folders = [made(failed / name, *OURS) for name in ("a", "b", "c")]
    with monkeypatch.context() as system:
        refusing(system, method, DENIED, where)
        (complaint,) = remove_earlier(failed)
    expected = f"{folders[1]} may be of an earlier run, and cannot be read: Permission denied"
    assert (complaint, [*failed.iterdir()]) == (expected, [folders[1]])
    assert left(folders[1]) == {*OURS}


def test_a_folder_of_failed_tests_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "failed" / "test", *OURS)
    refusing(monkeypatch, "iterdir", DENIED)
    (complaint,) = remove_earlier(tmp_path / "failed")
    assert complaint.endswith(
        "/failed may have files of an earlier run, and cannot be read: Permission denied"
    )


@pytest.mark.parametrize("method", ["lstat", "iterdir", "unlink", "rmdir"])
def test_what_another_run_removes_meanwhile_is_no_error(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "failed" / "test", *OURS)
    refusing(monkeypatch, method, FileNotFoundError(2, "No such file or directory"))
    assert remove_earlier(tmp_path / "failed") == []
