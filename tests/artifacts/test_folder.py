"""A folder of artifacts: whole files or none, and never more bytes than were agreed on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oifde_simulator.artifacts import folder as folders
from oifde_simulator.artifacts.folder import ArtifactFolder, Budget, TooLarge


def broken() -> Iterator[bytes]:
    yield b"new"
    raise ConnectionError("the server is gone")


def names(path: Path) -> list[str]:
    """Names of all that is in a folder."""
    return sorted(each.name for each in path.iterdir())


def test_a_file_is_replaced_by_a_whole_one(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path / "made" / "below")
    folder.write("a.txt", [b"old"])
    folder.write("a.txt", [b"ne", b"w"])
    assert (folder.path / "a.txt").read_bytes() == b"new"
    assert names(folder.path) == ["a.txt"]


def test_content_that_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path)
    folder.write("a.txt", [b"old"])
    with pytest.raises(ConnectionError):
        folder.write("a.txt", broken())
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert names(tmp_path) == ["a.txt"]


def test_content_that_is_too_large_leaves_the_old_file(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path, Budget(5))
    folder.write("a.txt", [b"old"])
    with pytest.raises(TooLarge, match="the 2 bytes that are left"):
        folder.write("a.txt", [b"n", b"ew"])
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert names(tmp_path) == ["a.txt"]


def test_folders_inside_share_the_budget(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path, Budget(5))
    folder.inside("a").write("x", [b"123"])
    assert folder.inside("b").room == 2
    with pytest.raises(TooLarge):
        folder.inside("b").write("x", [b"123"])


def test_a_file_has_a_bound_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_OF_FILE", 2)
    with pytest.raises(TooLarge):
        ArtifactFolder(tmp_path).write("x", [b"123"])


def test_a_folder_that_is_missing_is_made_and_left_empty(tmp_path: Path) -> None:
    ArtifactFolder(tmp_path / "a" / "b").require_writable("--artifacts")
    assert names(tmp_path / "a" / "b") == []


@pytest.mark.parametrize(("place", "why"), [("file", "File exists"), ("file/below", "Not a directory")])
def test_a_folder_that_cannot_be_written_is_told_with_its_option(
    place: str, why: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"^--artifacts .*: cannot be written: ") as refused:
        ArtifactFolder(tmp_path / place).require_writable("--artifacts")
    assert f"--artifacts {tmp_path / place}: cannot be written: {why}; name a folder" in str(refused.value)
