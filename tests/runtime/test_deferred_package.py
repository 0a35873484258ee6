"""Packages whose parts are imported without their `__init__`, and what who wants all of them gets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from oifde_simulator.runtime.imports import deferred_package

NAME = "deferred_example"
INIT = """__version__ = "1.2"
from deferred_example.slow import load
everything = load()
"""
SLOW = """
def load():
    return "loaded"
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a package that can be imported, and forget it at the end."""
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "__init__.py").write_text(INIT)
    (folder / "slow.py").write_text(SLOW)
    (folder / "part.py").write_text("from . import __version__\nvalue = __version__\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


@pytest.mark.usefixtures("package")
def test_a_part_is_imported_without_the_rest_and_knows_the_version() -> None:
    deferred_package.defer(NAME)
    from deferred_example import part  # type: ignore[import-not-found]

    assert part.value == "1.2"
    assert f"{NAME}.slow" not in sys.modules


@pytest.mark.usefixtures("package")
def test_a_name_of_the_package_is_found_by_running_all_of_it() -> None:
    deferred_package.defer(NAME)
    from deferred_example import everything

    assert everything == "loaded"
    assert type(sys.modules[NAME]) is type(sys)


@pytest.mark.usefixtures("package")
def test_a_name_that_is_nowhere_is_an_attribute_error() -> None:
    deferred_package.defer(NAME)
    import deferred_example

    with pytest.raises(AttributeError, match="nothing"):
        _ = deferred_example.nothing


@pytest.mark.usefixtures("package")
def test_threads_that_ask_at_once_get_the_same() -> None:
    deferred_package.defer(NAME)
    import deferred_example

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: deferred_example.everything, range(8)))
    assert found == ["loaded"] * 8


def test_a_package_that_fails_says_so_each_time(package: Path) -> None:
    (package / "__init__.py").write_text('__version__ = "1"\nraise ImportError("broken")\n')
    deferred_package.defer(NAME)
    import deferred_example

    for _ in range(2):
        with pytest.raises(ImportError, match="broken"):
            _ = deferred_example.everything


def test_a_package_without_a_version_is_imported_as_ever(package: Path) -> None:
    (package / "__init__.py").write_text("everything = 1\n")
    deferred_package.defer(NAME)
    assert NAME not in sys.modules


@pytest.mark.usefixtures("package")
def test_a_package_that_is_there_stays_as_it_is() -> None:
    import deferred_example

    deferred_package.defer(NAME)
    assert sys.modules[NAME] is deferred_example


def test_a_package_that_is_not_installed_is_left_to_who_imports_it() -> None:
    deferred_package.defer("no_such_package_at_all")
    assert "no_such_package_at_all" not in sys.modules


@pytest.mark.slow
def test_all_of_aiohttp_is_there_for_a_fault_of_a_users_own() -> None:
    program = """
import sys
from oifde_simulator.runtime.imports import deferred_package
deferred_package.defer("aiohttp")
from oifde_simulator.runtime import serve
assert "aiohttp.client" not in sys.modules
assert "aiohttp.connector" not in sys.modules
import aiohttp
assert aiohttp.ClientSession is aiohttp.client.ClientSession
from aiohttp import *
print(ClientTimeout.__name__)
"""
    assert run(program) == "ClientTimeout\n"
