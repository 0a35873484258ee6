"""The client has two names: `oifde_simulator_client`, and in the simulator `oifde_simulator.client`."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import oifde_simulator
import oifde_simulator.client
import oifde_simulator_client
from serving import PATIENCE, REPOSITORY, environment

CODE = Path(oifde_simulator_client.__file__).parent
STUBS = Path(oifde_simulator.__file__).parent / "client"
TYPED = """
from oifde_simulator import client
from oifde_simulator.client import Control, NoSuchName, models
from oifde_simulator.client.models import MadeTenant
import oifde_simulator_client

own: type[oifde_simulator_client.Control] = Control
made: type[oifde_simulator_client.MadeTenant] = MadeTenant
also: type[models.MadeTenant] = client.MadeTenant
wrong: int = Control
"""


def modules() -> list[str]:
    """List the modules of the client, without the name of the package: `aio.control`."""
    found = (path.relative_to(CODE).with_suffix("").parts for path in sorted(CODE.rglob("*.py")))
    return [".".join(parts).removesuffix(".__init__") for parts in found if parts != ("__init__",)]


def test_both_names_are_one_package() -> None:
    assert oifde_simulator.client is oifde_simulator_client
    assert set(oifde_simulator.client.__all__) <= set(dir(oifde_simulator.client))


@pytest.mark.parametrize("module", modules())
def test_each_module_is_the_same_under_both_names(module: str) -> None:
    own = import_module(f"oifde_simulator_client.{module}")
    assert import_module(f"oifde_simulator.client.{module}") is own
    assert own.__name__ == own.__spec__.name == f"oifde_simulator_client.{module}"


@pytest.mark.parametrize("first", ["oifde_simulator.client.models", "oifde_simulator.client.aio.control"])
def test_a_module_may_be_the_first_import_of_a_program(first: str) -> None:
    code = (
        f"import {first}, oifde_simulator.client, oifde_simulator_client; "
        "from oifde_simulator.client import errors; "
        "assert errors.Unreachable is oifde_simulator_client.Unreachable"
    )
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=environment(), timeout=PATIENCE, check=True
    )


def test_a_module_that_is_not_there_is_named_as_it_was_imported() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"oifde_simulator\.client\.nothing"):
        import_module("oifde_simulator.client.nothing")


def test_type_checkers_find_each_module_under_both_names() -> None:
    stubs = {str(path.relative_to(STUBS).with_suffix("")) for path in STUBS.rglob("*.pyi")}
    assert stubs == {str(path.relative_to(CODE).with_suffix("")) for path in CODE.rglob("*.py")}
    for path in STUBS.rglob("*.pyi"):
        name = ".".join(("oifde_simulator_client", *path.relative_to(STUBS).with_suffix("").parts))
        assert path.read_text() == f"from {name.removesuffix('.__init__')} import *\n"


@pytest.mark.slow(seconds=20)
def test_a_type_checker_sees_the_same_classes_under_both_names(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="the tools of development are not installed")
    (tmp_path / "asks.py").write_text(TYPED)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "asks.py"]
    mypy = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert [line.partition(": error: ")[0] for line in mypy.stdout.splitlines()] == [
        "asks.py:3",
        "asks.py:10",
    ]


def test_both_distributions_have_one_version_and_one_license() -> None:
    projects = [
        tomllib.loads((REPOSITORY / folder / "pyproject.toml").read_text())["project"]
        for folder in (".", "client")
    ]
    assert {project["version"] for project in projects} == {oifde_simulator.__version__}
    assert projects[1]["dependencies"] == []
    assert projects[0]["requires-python"] == projects[1]["requires-python"]
    assert (REPOSITORY / "LICENSE").read_bytes() == (REPOSITORY / "client" / "LICENSE").read_bytes()
