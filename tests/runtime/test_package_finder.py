"""The finder of our own modules finds what Python's finders find, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

import oifde_simulator
from oifde_simulator.runtime.imports.package_finder import PackageFinder

ROOT = Path(oifde_simulator.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))


def place(file: Path) -> tuple[str, list[str]]:
    """Name a module by its file, and the path of its package."""
    parts = file.relative_to(ROOT.parent).with_suffix("").parts
    package = parts[-1] == "__init__"
    return ".".join(parts[:-1] if package else parts), [str(file.parents[1 if package else 0])]


def test_it_finds_every_module_as_python_does() -> None:
    for name, path in map(place, MODULES):
        if name == "oifde_simulator":
            continue
        found, known = PackageFinder.find_spec(name, path), PathFinder.find_spec(name, path)
        assert found is not None
        assert known is not None
        assert vars(found.loader) == vars(known.loader), name
        for each in ("name", "origin", "cached", "has_location", "submodule_search_locations", "parent"):
            assert getattr(found, each) == getattr(known, each), (name, each)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("oifde_simulator", None),
        ("oifde_simulator.nothing", [str(ROOT)]),
        ("oifde_simulator.text", []),
        ("oifde_simulator.text", [str(ROOT / "no folder")]),
        ("oifde_simulator.__pycache__", [str(ROOT)]),
        ("json.decoder", [str(ROOT)]),
        ("oifde_simulators.text", [str(ROOT)]),
    ],
)
def test_it_leaves_everything_else_to_python(name: str, path: list[str] | None) -> None:
    assert PackageFinder.find_spec(name, path) is None


@pytest.mark.parametrize("options", [["-O"], ["-OO"], ["-X", "pycache_prefix=PREFIX"], []], ids=str)
def test_bytecode_stands_where_python_has_it(options: list[str], tmp_path: Path) -> None:
    program = """
import json
from oifde_simulator.runtime.imports import package_finder
package_finder.install()
package_finder.install()
import importlib.util, oifde_simulator.tls_faults as module, oifde_simulator.model as package
known = importlib.util.cache_from_source
print(json.dumps([[each.__cached__, known(each.__file__)] for each in (module, package)]))
"""
    given = [option.replace("PREFIX", str(tmp_path)) for option in options]
    done = subprocess.run([sys.executable, *given, "-c", program], check=True, capture_output=True, text=True)
    assert all(cached == known for cached, known in json.loads(done.stdout))


def test_what_other_finders_find_first_they_still_find() -> None:
    program = """
import oifde_simulator.client
from oifde_simulator.runtime.imports import package_finder
package_finder.install()
from importlib import import_module
own = import_module("oifde_simulator_client.address")
assert import_module("oifde_simulator.client.address") is own
"""
    subprocess.run([sys.executable, "-c", program], check=True)
