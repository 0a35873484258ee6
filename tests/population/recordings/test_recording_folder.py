"""Recordings from a folder: found by a record's file name, and nothing outside the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from oifde_simulator.population.recordings import folder
from oifde_simulator.population.recordings.folder import FolderError, find_recordings, recording_file

NAME = "Y:/39/odfsrecord/20260101/x.wav"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a scenario, beside which there are recordings."""
    (tmp_path / "home" / "sounds").mkdir(parents=True)
    return tmp_path / "home"


def write(path: Path, octets: bytes = b"sound") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    return path


def served(home: Path, name: str = NAME) -> bytes | None:
    found = recording_file(find_recordings(home / "sounds", home), name)
    return None if found is None else found[:]


@pytest.mark.parametrize(
    "place",
    [
        "x.wav",
        "39/odfsrecord/20260101/x.wav",
        "record/39/20260101/x.wav",
        "record/39/odfsrecord/20260101/x.wav",
    ],
)
def test_a_file_lies_under_its_name_or_its_path(home: Path, place: str) -> None:
    write(home / "sounds" / place)
    assert served(home) == b"sound"


def test_a_file_under_the_whole_path_comes_before_one_under_the_name(home: Path) -> None:
    write(home / "sounds" / "x.wav", b"by name")
    write(home / "sounds" / "39/odfsrecord/20260101/x.wav", b"by path")
    assert served(home) == b"by path"
    assert served(home, NAME.replace("/39/", "/40/")) == b"by name"


@pytest.mark.parametrize(
    "name", ["x.wav", "../sounds/x.wav", "Y:/39/odfsrecord/20260101/../x.wav", "", "null", "\0"]
)
def test_a_name_of_another_form_finds_nothing(home: Path, name: str) -> None:
    write(home / "sounds" / "x.wav")
    assert served(home, name) is None


@pytest.mark.parametrize("place", ["x.mp3", "y.wav", "a/x.wav"])
def test_other_files_are_not_served(home: Path, place: str) -> None:
    write(home / "sounds" / place)
    assert served(home) is None


def test_a_link_that_leads_out_is_left_out(home: Path) -> None:
    write(home / "x.wav")
    (home / "sounds" / "x.wav").symlink_to(home / "x.wav")
    (home / "outside").mkdir()
    write(home / "outside" / "39/odfsrecord/20260101/x.wav")
    (home / "sounds" / "39").symlink_to(home / "outside" / "39", target_is_directory=True)
    assert served(home) is None


def test_a_link_within_the_folder_is_followed(home: Path) -> None:
    write(home / "sounds" / "first.wav")
    (home / "sounds" / "x.wav").symlink_to("first.wav")
    assert served(home) == b"sound"


def test_a_file_that_became_a_link_is_not_opened(home: Path) -> None:
    write(home / "secret", b"secret")
    path = write(home / "sounds" / "x.wav", b"sounds")
    found = find_recordings(home / "sounds", home)
    path.unlink()
    path.symlink_to(home / "secret")
    with pytest.raises(OSError, match=r"changed|[Ll]inks"):
        found["x"][:]


def test_a_file_that_has_changed_is_not_sent_in_pieces_of_two(home: Path) -> None:
    path = write(home / "sounds" / "x.wav")
    found = find_recordings(home / "sounds", home)["x"]
    assert (len(found), found.blocking, found[1:3]) == (5, True, b"ou")
    path.write_bytes(b"another")
    with pytest.raises(OSError, match="has changed"):
        found[:]


def test_what_is_no_file_is_left_out(home: Path) -> None:
    os.mkfifo(home / "sounds" / "x.wav")
    assert served(home) is None


def test_a_file_that_is_too_large_is_left_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / "sounds" / "x.wav")
    monkeypatch.setattr(folder, "LARGEST_FILE", 4)
    assert served(home) is None


def test_a_folder_that_is_too_full_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        write(home / "sounds" / f"{number}.wav")
    monkeypatch.setattr(folder, "MOST_FILES", 3)
    with pytest.raises(FolderError, match="more than 3 files"):
        find_recordings(home / "sounds", home)


def test_a_folder_elsewhere_is_an_error(home: Path) -> None:
    (home / "link").symlink_to(home.parent, target_is_directory=True)
    for place in (home / "none", home / "link", home.parent):
        with pytest.raises(FolderError):
            find_recordings(place, home)
