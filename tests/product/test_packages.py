"""The wheel and the sdist: their contents, what they install, and other people's `simulator` beside ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from itertools import cycle, product
from pathlib import Path
from textwrap import dedent

import pytest

from child_processes import started
from conftest import QUERY, SPECIFICATION
from inner import LONG
from serving import FREE_PORTS, PATIENCE, REPOSITORY, environment, fetch, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="scripts of an environment are in bin on POSIX"),
]

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
STEM = f"oifde_simulator-{PROJECT['version']}"
CLIENT_STEM = f"oifde_simulator_client-{PROJECT['version']}"
SDIST_FOLDERS = ("simulator", "client", "scenarios", "schemas", "tests", "docs", "benchmarks", "deploy")
SDIST_FILES = {
    *("pyproject.toml", "constraints.txt", "requirements.lock", "README.md", "CHANGELOG.md", "LICENSE"),
    *("Dockerfile", ".dockerignore", ".gitignore", ".pre-commit-hooks.yaml", "mkdocs.yml"),
}


def files(folder: str) -> set[str]:
    """List the files of a folder of the repository by their paths in it."""
    found = (path.relative_to(REPOSITORY) for path in (REPOSITORY / folder).rglob("*") if path.is_file())
    return {str(path) for path in found if "__pycache__" not in path.parts}


def execute(*arguments: str | Path, cwd: Path | None = None, **variables: str) -> str:
    """Run a program without the checkout on its path, require success, and return its output."""
    kept = {name: text for name, text in environment().items() if not name.startswith(("PYTEST_", "OIFDE_"))}
    del kept["PYTHONPATH"]
    done = subprocess.run(
        list(map(str, arguments)),
        cwd=cwd,
        env=kept | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and the wheel from the sdist, in a folder."""
    for tool in ("build", "hatchling"):
        pytest.importorskip(tool, reason="the tools of development are not installed")
    folder = tmp_path_factory.mktemp("dist")
    execute(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, REPOSITORY)
    return folder


@pytest.fixture(scope="module")
def built_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist of the client, and the wheel from it."""
    for tool in ("build", "hatchling"):
        pytest.importorskip(tool, reason="the tools of development are not installed")
    folder = tmp_path_factory.mktemp("client")
    execute(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, REPOSITORY / "client")
    return folder / f"{CLIENT_STEM}-py3-none-any.whl"


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return built / f"{STEM}-py3-none-any.whl"


@pytest.fixture(scope="module")
def sdist(built: Path) -> Path:
    return built / f"{STEM}.tar.gz"


def environment_with(package: Path, folder: Path) -> Path:
    """Create an environment with `package` in it and the dependencies of this one on its path."""
    execute(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    (site,) = (folder / "lib").glob("python3*/site-packages")
    paths = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (site / "dependencies.pth").write_text("\n".join((*paths, "")))
    options = ("--no-deps", "--no-index", "--no-build-isolation", "--force-reinstall")
    execute(sys.executable, "-m", "pip", "--python", python, "install", "-q", *options, package)
    script = folder / "bin" / "pytest"
    script.write_text(f"#!{python}\nimport sys\nfrom pytest import console_main\nsys.exit(console_main())\n")
    script.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create an environment with the wheel."""
    return environment_with(wheel, tmp_path_factory.mktemp("wheel"))


ASKS = """
import sys
from importlib.util import find_spec
from oifde_simulator_client import Control, SimulatedTenant

with Control(sys.argv[1]) as control, SimulatedTenant.made(control) as tenant:
    print(find_spec("oifde_simulator") is None, tenant.journal.statuses == [])
"""


# Contents


def test_the_wheel_has_the_package_with_its_data_and_nothing_else(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    code = {name.removeprefix("simulator/") for name in files("simulator")}
    bundled = {f"oifde_simulator/_bundled/{name}" for name in files("scenarios") | files("schemas")}
    about = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    assert inside == code | bundled | {f"{STEM}.dist-info/{name}" for name in about}
    page = {name for name in code if "/console/page/" in name}
    assert {Path(name).suffix for name in code - page} == {".json", ".lua", ".py", ".pyi", ".toml", ".typed"}
    assert {Path(name).suffix for name in page} == {".css", ".html", ".js", ".json", ".LICENSE", ".svg"}
    assert "oifde_simulator/py.typed" in inside
    assert any(name.endswith(".toml") for name in code)  # the screenplays of dialogues
    assert any("vocabulary/shipped" in name for name in code)
    assert "oifde_simulator/_bundled/schemas/openapi.json" in bundled


def test_the_sdist_has_the_sources_with_tests_and_constraints_and_nothing_else(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        inside = {member.name.removeprefix(f"{STEM}/") for member in archive if member.isfile()}
    expected = {name for folder in SDIST_FOLDERS for name in files(folder)}
    assert inside == expected | SDIST_FILES | {"PKG-INFO"}


def test_the_client_is_a_distribution_of_its_own_that_needs_nothing(built_client: Path) -> None:
    inside = set(zipfile.ZipFile(built_client).namelist())
    code = {name.removeprefix("simulator/") for name in files("simulator/oifde_simulator_client")}
    about = {
        f"{CLIENT_STEM}.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD", "licenses/LICENSE")
    }
    assert inside == code | about
    metadata = zipfile.ZipFile(built_client).read(f"{CLIENT_STEM}.dist-info/METADATA").decode()
    assert "Requires-Dist" not in metadata


# Installation


def test_the_client_is_installed_and_used_without_the_server(built_client: Path, tmp_path: Path) -> None:
    python = tmp_path / "environment" / "bin" / "python"
    execute(sys.executable, "-m", "venv", "--without-pip", tmp_path / "environment")
    execute(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-index", built_client)
    with running() as simulator:
        assert execute(python, "-I", "-c", ASKS, simulator.control_url).strip() == "True True"


@pytest.fixture(params=["wheel", "sdist"])
def environment_of_either(
    request: pytest.FixtureRequest, installed: Path, sdist: Path, tmp_path: Path
) -> Path:
    return installed if request.param == "wheel" else environment_with(sdist, tmp_path / "environment")


def test_what_is_installed_serves_the_example(environment_of_either: Path, tmp_path: Path) -> None:
    command, ready = environment_of_either / "bin" / "oifde-simulator", tmp_path / "ready.json"
    serve = [command, "serve", *FREE_PORTS, "--tls", "off", "--ready-file", ready]
    with started(list(map(str, serve)), cwd=tmp_path, stdout=subprocess.DEVNULL) as server:
        execute(command, "readyz", "--wait", "--timeout", "20s", "--ready-file", ready, cwd=tmp_path)
        url = json.loads(ready.read_text())["data"] + QUERY
        status, _, body = fetch(url, (SPECIFICATION / "request.json").read_bytes())
        server.terminate()
        assert server.wait(PATIENCE) == 0
    assert status == 200
    assert json.loads(body) == json.loads((SPECIFICATION / "response.json").read_bytes())


# Beside a `simulator` of somebody else

THEIRS: Mapping[str, tuple[str, str]] = {
    "package": ("simulator/__init__.py", "simulator"),
    "namespace": ("simulator/engine.py", "simulator.engine"),
    "module": ("simulator.py", "simulator"),
}
"""A file of a project, and the module that it is."""

WAYS: Mapping[str, tuple[str, str, Sequence[str]]] = {
    "pytest": ("test_it.py", "", ["pytest"]),
    "python -m pytest": ("tests/test_it.py", "", ["python", "-m", "pytest"]),
    "pythonpath": ("tests/test_it.py", "pythonpath = .", ["pytest"]),
}
"""The place of a project's test, a line of its ini file, and the command that runs it."""

USES_BOTH = """
import sys
from pathlib import Path

import {module} as theirs
import oifde_simulator

def test_both(simulator):
    assert theirs.WHOSE == "theirs"
    assert Path(oifde_simulator.__file__).is_relative_to(sys.prefix)
    assert simulator.control.readyz().status == "ready"
    assert simulator.journal.statuses == []
"""


PAIRS = [
    pytest.param(way, file, place, id=f"{way}-{file}-ours {place}")
    for (way, file), place in zip(product(WAYS, THEIRS), cycle(["last", "first"]), strict=False)
]
"""Each way with each file of theirs; our package comes after the project, as usual, and before it in turn."""


@pytest.mark.parametrize(("way", "file_of_theirs", "place"), PAIRS)
def test_a_project_with_a_simulator_of_its_own_runs_its_tests(
    way: str, file_of_theirs: str, place: str, installed: Path, tmp_path: Path
) -> None:
    (site,) = (installed / "lib").glob("python3*/site-packages")
    path = {"PYTHONPATH": str(site)} if place == "first" else {}
    file, module = THEIRS[file_of_theirs]
    test, line, (program, *arguments) = WAYS[way]
    texts = {
        file: "WHOSE = 'theirs'\n",
        test: dedent(USES_BOTH.format(module=module)),
        "pytest.ini": f"[pytest]\nfilterwarnings = error\n{line}\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    plugins = ("-p", "oifde_simulator", "-p", "no:cacheprovider")
    ran = execute(
        installed / "bin" / program,
        *(*arguments, *plugins, "-q"),
        cwd=tmp_path,
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
        **path,
    )
    assert "1 passed" in ran
