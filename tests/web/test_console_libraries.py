"""The console's vendored libraries: as npm published them, byte for byte, with their licences."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest

import console_libraries
from console_libraries import LIBRARIES, Package, integrity, mistakes, unpack


@pytest.fixture
def vendored(tmp_path: Path) -> Path:
    """A copy of the libraries that may be spoiled."""
    return Path(shutil.copytree(LIBRARIES, tmp_path / "lib"))


def test_the_libraries_are_as_they_were_vendored() -> None:
    assert mistakes() == []


def test_each_package_has_its_licence_beside_it() -> None:
    for package in console_libraries.PACKAGES:
        assert "licen" in (LIBRARIES / f"{package.name}.LICENSE").read_text().casefold()


def test_an_edited_file_is_named(vendored: Path) -> None:
    (vendored / "htm.js").write_text("export default () => {}")
    assert mistakes(vendored) == [
        f"{vendored / 'htm.js'}: not as it was vendored; run this script with --write"
    ]


@pytest.mark.parametrize("name", ["hooks.js", "more.js"])
def test_a_file_that_is_missing_or_too_many_is_named(vendored: Path, name: str) -> None:
    (vendored / name).unlink() if (vendored / name).exists() else (vendored / name).touch()
    assert mistakes(vendored) == [f"{vendored / name}: missing, or not of a package"]


def test_digests_of_another_version_are_named(vendored: Path) -> None:
    digests = json.loads((vendored / "digests.json").read_text())
    digests["htm"]["version"] = "3.1.0"
    (vendored / "digests.json").write_text(json.dumps(digests, indent=2) + "\n")
    assert mistakes(vendored) == [
        f"{vendored / 'digests.json'}: not as it was vendored; run this script with --write"
    ]


def archive(name: str, octets: bytes) -> bytes:
    """Make an archive with one file, as npm does."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as members:
        entry = tarfile.TarInfo(f"package/{name}")
        entry.size = len(octets)
        members.addfile(entry, io.BytesIO(octets))
    return made.getvalue()


def test_bare_imports_become_relative_addresses() -> None:
    octets = archive("dist/x.mjs", b'import{h}from"preact";')
    package = Package("x", "1.0.0", integrity(octets), {"dist/x.mjs": "x.js"})
    assert list(unpack(package, octets)) == [("x.js", b'import{h}from"./preact.js";')]


def test_an_archive_with_another_digest_is_refused() -> None:
    package = Package("x", "1.0.0", integrity(b"published"), {})
    with pytest.raises(ValueError, match=r"expected sha512-.*, found sha512-"):
        list(unpack(package, archive("x", b"exchanged on the way")))
