"""Screenplay files, read from TOML and from their compiled form."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from oifde_simulator.population.screenplays import files

LOCALES = files.written_locales()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy all screenplay files, and have them read there."""
    copy = shutil.copytree(files.FOLDER, tmp_path / "screenplays")
    monkeypatch.setattr(files, "FOLDER", copy)
    monkeypatch.setattr(files, "COMPILED", copy / "compiled")
    return copy


def read(locale: str) -> files.Table:
    """Read a locale without the cache."""
    return files.read_locale.__wrapped__(locale)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_compiled_form_is_current(locale: str) -> None:
    """To mend it: python .ci/compile.py."""
    compiled = (files.COMPILED / f"{locale}.json").read_text(encoding="utf-8")
    assert compiled == files.compile_locale(locale)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_compiled_form_reads_as_the_file_does(locale: str, folder: Path) -> None:
    path = folder / f"{locale}.toml"
    assert read(locale) == files.parse(path.read_bytes(), path)


def test_a_file_that_was_edited_since_is_read_itself(folder: Path) -> None:
    path = folder / "en_US.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("Northline", "Southline"), encoding="utf-8")
    assert read("en_US")["operator"] == "Southline Mobile"


def test_a_file_without_a_compiled_form_is_read_itself(folder: Path) -> None:
    shutil.rmtree(folder / "compiled")
    assert read("en_US")["operator"] == "Northline Mobile"


def test_a_mistake_in_an_edited_file_is_told_with_its_place(folder: Path) -> None:
    path = folder / "en_US.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("{amount}.", "{amuont}."), encoding="utf-8")
    with pytest.raises(ValueError, match=r"en_US\.toml: .*amuont"):
        read("en_US")
