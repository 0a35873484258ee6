"""The recipes of `docs/ci.md`, as far as they run without a container engine and a pipeline."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from child_processes import started
from help_text import options, variables
from oifde_simulator.artifacts.files import ARCHIVE, COVERAGE, JOURNAL, LOG, METRICS, MOST_OF_LOG
from oifde_simulator.artifacts.folder import MOST_OF_FILE
from pages import Page
from serving import PATIENCE, REPOSITORY, command, environment, fetch, served

PAGE = (REPOSITORY / "docs" / "ci.md").read_text()
BLOCKS = re.findall(r"^```([a-z ]+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SCHEMAS = {
    "github": "vendor.github-workflows",
    "gitlab": "vendor.gitlab-ci",
    "github artifacts": "vendor.github-workflows",
    "gitlab artifacts": "vendor.gitlab-ci",
    "github pytest": "vendor.github-workflows",
    "gitlab pytest": "vendor.gitlab-ci",
    "compose": "vendor.compose-spec",
}


def block(kind: str, containing: str = "") -> str:
    """Find the only block of a kind that contains some words."""
    (found,) = [text for name, text in BLOCKS if name == kind and containing in text]
    return found


def test_every_variable_of_ours_is_a_setting() -> None:
    named = set(re.findall(r"OIFDE_SIMULATOR_[A-Z_]+", PAGE))
    assert named
    assert named <= variables()


@pytest.mark.slow(seconds=1)
def test_every_path_of_the_control_plane_is_one(tmp_path: Path) -> None:
    named = set(re.findall(r"(?:\$OIFDE_CONTROL|\$control|:8444)(/[a-z.]+)", PAGE))
    assert named >= {"/ca.pem", "/tenants", "/coverage", "/journal"}
    with served(tmp_path, "--tls", "off") as server:
        document = json.loads(fetch(f"{server.control}/control/openapi.json")[2])
    assert named <= document["paths"].keys()


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("schema", sorted({*SCHEMAS.values()}))
def test_recipes_obey_the_schema_of_their_tool(schema: str, tmp_path: Path) -> None:
    recipes = [tmp_path / f"{kind}.yaml" for kind, name in SCHEMAS.items() if name == schema]
    for recipe in recipes:
        recipe.write_text(block(f"yaml {recipe.stem}"))
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, recipes)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_services_wait_for_what_the_image_says_of_its_health() -> None:
    compose = yaml.safe_load(block("yaml compose"))
    assert compose["services"]["tests"]["depends_on"]["simulator"]["condition"] == "service_healthy"
    assert compose["services"]["simulator"]["environment"]["OIFDE_SIMULATOR_TLS_NAME"] == "simulator"
    assert "HEALTHCHECK" in (REPOSITORY / "Dockerfile").read_text()


def test_the_python_recipe_is_a_container_that_waits_to_be_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    # Where the library asks for a container engine that is not there, it leaves a socket open.
    monkeypatch.setenv("TESTCONTAINERS_DOCKER_SOCKET_OVERRIDE", "/nowhere")
    asked: list[object] = []
    monkeypatch.setattr(f"{pytest.importorskip('docker').__name__}.from_env", asked.append)
    container = pytest.importorskip("testcontainers.core.container").DockerContainer
    monkeypatch.setattr("testcontainers.core.container.DockerClient", lambda **_: None)  # it would connect
    monkeypatch.setattr(container, "start", lambda self: self)
    names: dict[str, object] = {}
    exec(compile(ast.parse(block("python")), "docs/ci.md", "exec"), names)
    simulator = names["start"]()  # type: ignore[operator]
    assert set(map(int, simulator.ports)) == {8443, 8444}
    assert simulator.env == {"OIFDE_SIMULATOR_CONTROL_TOKEN": "a-token-for-this-run"}
    assert not asked


def test_the_java_recipe_names_the_same() -> None:
    java = block("java")
    assert "withExposedPorts(8443, 8444)" in java
    assert 'forHttp("/readyz").forPort(8444)' in java


@pytest.mark.parametrize("kind", ["sh", "yaml github artifacts", "yaml gitlab artifacts"])
def test_the_folder_of_artifacts_is_one_of_run(kind: str) -> None:
    assert "oifde-simulator run --artifacts artifacts/simulator -- " in block(kind, "--artifacts")
    assert "--artifacts" in options("run")


def jobs() -> dict[str, list[str]]:
    """Find the commands of the two jobs for pytest."""
    github = yaml.safe_load(block("yaml github pytest"))["jobs"]["tests"]["steps"]
    gitlab = yaml.safe_load(block("yaml gitlab pytest"))["tests"]
    return {
        "github": [step["run"].strip() for step in github if "run" in step],
        "gitlab": [*gitlab["before_script"][2:], *gitlab["script"]],
    }


def test_both_jobs_for_pytest_run_the_same_lines() -> None:
    found = jobs()
    assert found["github"] == found["gitlab"]
    install, line = found["github"]
    assert shlex.split(install)[-2:] == ["./.simulator[pytest]", "pytest-xdist"]
    assert shlex.split(line)[:3] == ["pytest", "-n", "2"]


def test_the_jobs_for_pytest_fetch_the_simulator_and_keep_what_it_leaves() -> None:
    steps = yaml.safe_load(block("yaml github pytest"))["jobs"]["tests"]["steps"]
    used = [step["uses"].partition("@")[0] for step in steps if "uses" in step]
    names = ("checkout", "checkout", "setup-python", "upload-artifact")
    assert used == [f"actions/{name}" for name in names]
    assert steps[1]["with"]["path"] == ".simulator"
    assert steps[-1]["if"] == "always()"
    gitlab = yaml.safe_load(block("yaml gitlab pytest"))["tests"]
    assert gitlab["artifacts"]["when"] == "always"
    assert gitlab["artifacts"]["paths"] == [steps[-1]["with"]["path"]]


def test_the_tools_of_github_check_each_job_that_fetches_the_simulator() -> None:
    if not (script := REPOSITORY / ".ci" / "deploy").exists():
        pytest.skip("there is no .ci here: this is not a checkout")
    kinds = [name.split()[-1] for name, text in BLOCKS if "github" in name and "OWNER" in text]
    assert f"for kind in {' '.join(kinds)}; do" in script.read_text()


INSTALLED = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_PLUGINS": "xdist.plugin,oifde_simulator.pytest_plugin",
}
"""Variables by which pytest has the plugins that the jobs install, and not those that are here as well."""


@pytest.mark.slow(seconds=4)
def test_the_line_of_the_jobs_for_pytest_runs_and_leaves_its_files(tmp_path: Path) -> None:
    (text,) = Page("docs/tutorial.md").blocks("python")
    (tmp_path / "test_calls.py").write_text(text)
    words = [sys.executable, "-m", *shlex.split(jobs()["github"][1])]
    done = subprocess.run(
        words, cwd=tmp_path, env=environment(**INSTALLED), capture_output=True, text=True,
        timeout=3 * PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert {"tests.xml", "coverage.xml"} <= {path.name for path in (tmp_path / "artifacts").rglob("*.xml")}


def test_the_page_names_each_file_of_a_run() -> None:
    table = PAGE.partition("### What a job keeps")[2].partition("\n- **")[0]
    assert re.findall(r"^\| `([a-z.]+)`", table, re.M) == [JOURNAL, ARCHIVE, COVERAGE, METRICS, LOG]
    assert f"at most {MOST_OF_FILE >> 20} MiB, the log {MOST_OF_LOG >> 20} MiB" in PAGE


needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
SHELLS = {
    "bash": ("bash", "-eu", "-o", "pipefail", "-c"),
    "dash": ("dash", "-eu", "-c"),
}
every_shell = pytest.mark.parametrize("shell", SHELLS)


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH with our command on it."""
    (tmp_path / "oifde-simulator").write_text(f'#!/bin/sh\nexec {" ".join(command())} "$@"\n')
    (tmp_path / "oifde-simulator").chmod(0o755)
    return f"{tmp_path}:{environment()['PATH']}"


def ended(shell: str, script: str, folder: Path, path: str) -> tuple[int, str, str]:
    """Run a script until it and all its children have ended; return its exit code and output."""
    if not shutil.which(SHELLS[shell][0]):
        pytest.skip(f"{SHELLS[shell][0]} is not installed")
    with started(
        [*SHELLS[shell], script], cwd=folder, env=environment() | {"PATH": path}, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as script_run:  # fmt: skip
        try:
            out, errors = script_run.communicate(timeout=3 * PATIENCE)  # until all have closed the pipes
        finally:
            stop(folder / "ready.json")
    return script_run.returncode, out, errors


def stop(ready_file: Path) -> None:
    """Kill a server that a script has left behind."""
    with suppress(OSError):
        os.kill(json.loads(ready_file.read_text())["pid"], signal.SIGKILL)


@pytest.mark.slow(seconds=3)
@needs_curl
@every_shell
def test_the_plain_shell_recipe_runs(shell: str, tmp_path: Path, path: str) -> None:
    code, said, errors = ended(shell, block("sh", "readyz --wait"), tmp_path, path)
    assert code == 0, errors
    answers = said[said.index('{"errorCode"') :]
    token, end = json.JSONDecoder().raw_decode(answers)
    journal, _ = json.JSONDecoder().raw_decode(answers, end)
    assert token["errorCode"] == 0
    assert [entry["endpoint"] for entry in journal["entries"]] == ["gettoken"]
    assert token["authToken"] not in json.dumps(journal)
    assert not (tmp_path / "ready.json").exists()


# failing step: exit code
BROKEN = {"(exit 7)": 7, "kill -TERM $$": 1, "kill -HUP $$": 1}


@pytest.mark.slow
@needs_curl
@every_shell
@pytest.mark.parametrize(("step", "number"), BROKEN.items(), ids=BROKEN)
def test_the_plain_shell_recipe_leaves_no_server_when_a_step_fails(
    shell: str, step: str, number: int, tmp_path: Path, path: str
) -> None:
    before, separator, after = block("sh", "readyz --wait").partition("curl -sf --cacert")
    code, _, errors = ended(shell, f"{before}{step}\n{separator}{after}", tmp_path, path)
    assert (code, errors) == (number, "")
    assert not (tmp_path / "ready.json").exists()
