"""The files beside the code: found in a checkout and in a wheel, missed with a clear error."""

from __future__ import annotations

from pathlib import Path

import pytest

from oifde_simulator import resources


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty folder for the package, as in site-packages."""
    package = tmp_path / "simulator" / "oifde_simulator"
    package.mkdir(parents=True)
    monkeypatch.setattr(resources, "PACKAGE", package)
    return package


def folders(parent: Path) -> tuple[Path, Path]:
    for name in ("schemas", "scenarios"):
        (parent / name).mkdir(parents=True)
    return parent / "schemas", parent / "scenarios"


def test_a_checkout_has_them_beside_the_source_root() -> None:
    root = Path(__file__).parent.parent
    assert (resources.schemas(), resources.scenarios()) == (root / "schemas", root / "scenarios")
    assert resources.read_json("openapi.json")["openapi"] == "3.1.0"


def test_a_checkout_elsewhere_is_found_too(package: Path) -> None:
    assert folders(package.parent.parent) == (resources.schemas(), resources.scenarios())


def test_a_wheel_has_them_inside_the_package(package: Path) -> None:
    assert folders(package / "_bundled") == (resources.schemas(), resources.scenarios())


def test_somebody_elses_folder_in_site_packages_is_not_taken(package: Path) -> None:
    folders(package.parent.parent)
    inside = folders(package / "_bundled")
    assert (resources.schemas(), resources.scenarios()) == inside


def test_a_file_is_read_from_where_the_schemas_are(package: Path) -> None:
    schemas, _ = folders(package / "_bundled")
    (schemas / "one.json").write_text('{"title": "naïve"}', "utf-8")
    assert resources.read_json("one.json") == {"title": "naïve"}


@pytest.mark.usefixtures("package")
def test_a_missing_folder_names_the_places_looked_at() -> None:
    with pytest.raises(FileNotFoundError, match=r"expected the folder scenarios at .*_bundled.* or .*"):
        resources.scenarios()


def test_a_missing_file_names_what_is_there(package: Path) -> None:
    schemas, _ = folders(package.parent.parent)
    with pytest.raises(FileNotFoundError, match=r"gone\.json: expected a schema .*; found nothing"):
        resources.read_json("gone.json")
    (schemas / "one.json").write_text("{}", "utf-8")
    with pytest.raises(FileNotFoundError, match=r"gone\.json: .*; found one\.json"):
        resources.read_json("gone.json")
