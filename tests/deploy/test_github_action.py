"""The composite GitHub Action, its steps run by bash as a runner runs them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import GETTOKEN
from inner import LONG
from serving import PATIENCE, REPOSITORY, command, environment, fetch

ACTION = REPOSITORY / "deploy" / "github-action"
FAIL_ONCE = "rules: [{name: once, times: 1, respond: {status: 503}}]"
INSTALL = "Install oifde-simulator"
FROM_HERE = {
    "PYTHONPATH": os.pathsep.join(dict.fromkeys(map(sysconfig.get_path, ("purelib", "platlib")))),
    "PIP_NO_DEPS": "1",
    "PIP_NO_INDEX": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
}
"""Variables by which pip installs the source alone, with the dependencies and the tools that are here."""

pytestmark = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")), reason="bash and curl are what a runner has"
)


class Runner:
    """A job of one step after the other, with the variables and files of GitHub's runner."""

    def __init__(self, folder: Path) -> None:
        self.temp, self.workspace = folder / "runner", folder / "workspace"
        self.temp.mkdir()
        self.workspace.mkdir()
        self.home = self.temp / "oifde-simulator"

    def use(
        self, action: Path, *, without: str = "", settings: Mapping[str, str] = {}, **inputs: str
    ) -> tuple[int, str, dict[str, str]]:
        """Run the steps of an action; return its exit code, what it printed, and its outputs."""
        document = yaml.safe_load((action / "action.yml").read_text())
        values = {f"inputs.{name}": str(each["default"]) for name, each in document["inputs"].items()}
        values |= {f"inputs.{name.replace('_', '-')}": text for name, text in inputs.items()}
        printed = ""
        for step in document["runs"]["steps"]:
            if step["name"] == without:
                continue
            code, text, outputs = self._step(action, step, values, settings)
            printed += text
            if code:
                return code, printed, {}
            values |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in outputs.items()}
        named = document.get("outputs", {}).items()
        return 0, printed, {name: expand(each["value"], values) for name, each in named}

    def _step(
        self, action: Path, step: Mapping[str, Any], values: Mapping[str, str], settings: Mapping[str, str]
    ) -> tuple[int, str, dict[str, str]]:
        output = self.temp / "output"
        output.write_text("")
        variables = {name: expand(text, values) for name, text in step.get("env", {}).items()}
        variables |= {"RUNNER_TEMP": str(self.temp), "GITHUB_ACTION_PATH": str(action)}
        variables |= {"GITHUB_OUTPUT": str(output), **settings}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.workspace, env=environment(**variables), timeout=3 * LONG, check=False, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return (
            done.returncode,
            done.stdout,
            dict(line.split("=", 1) for line in output.read_text().splitlines()),
        )

    def install(self) -> None:
        """Put our command, and an interpreter, where the action installs them."""
        (self.home / "bin").mkdir(parents=True)
        for name, words in {"oifde-simulator": command(), "python": command()[:1]}.items():
            script = self.home / "bin" / name
            script.write_text(f'#!/bin/sh\nexec {" ".join(words)} "$@"\n')
            script.chmod(0o755)

    def kill(self) -> None:
        """Kill a server that a failed test has left behind."""
        with suppress(OSError):
            os.kill(json.loads((self.home / "ready.json").read_text())["pid"], signal.SIGKILL)


def expand(text: str, values: Mapping[str, str]) -> str:
    """Replace `${{ ... }}`; what is not set is empty, as it is for a runner."""
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: values.get(found[1], ""), text)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    runner = Runner(tmp_path)
    yield runner
    runner.kill()


@pytest.fixture
def installed(runner: Runner) -> Runner:
    runner.install()
    return runner


def start(runner: Runner, **inputs: Any) -> tuple[int, str, dict[str, str]]:
    return runner.use(ACTION, without=INSTALL, **inputs)


def stop(runner: Runner, **inputs: Any) -> tuple[int, str, dict[str, str]]:
    return runner.use(ACTION / "stop", **inputs)


def token_status(outputs: Mapping[str, str], tenant: str) -> int:
    """Ask for a token, trusting the file that the action names."""
    body = json.dumps({"appKey": tenant, "appSecret": "secret"}).encode()
    return fetch(outputs["url"] + GETTOKEN, body, Path(outputs["ca-file"]).read_bytes())[0]


@pytest.mark.slow
def test_the_outputs_lead_to_a_server_that_ends_with_the_step_that_stops_it(installed: Runner) -> None:
    code, printed, outputs = start(installed)
    assert code == 0, printed
    assert outputs.keys() == {"url", "control", "ca-file"}
    assert token_status(outputs, "tenant001") == 200
    assert fetch(f"{outputs['control']}/tenants")[0] == 200, "no token is wanted"
    code, printed, _ = stop(installed)
    assert code == 0
    assert "data plane" in printed
    assert not (installed.home / "ready.json").exists()


@pytest.mark.slow
def test_scenarios_are_paths_of_the_workspace_one_a_line(installed: Runner) -> None:
    for name in ("acme", "with a space"):
        (installed.workspace / f"{name}.yaml").write_text(FAIL_ONCE)
    code, printed, outputs = start(installed, scenarios="acme.yaml\nwith a space.yaml\n")
    assert code == 0, printed
    assert [token_status(outputs, "acme") for _ in range(2)] == [503, 200]
    assert token_status(outputs, "with a space") == 503
    assert stop(installed)[0] == 0


@pytest.mark.slow(seconds=4)
@pytest.mark.parametrize(("asked", "expected"), [(0, 3), (1, 0)], ids=["unused", "used"])
def test_a_rule_that_never_fired_fails_the_step_that_stops(
    installed: Runner, asked: int, expected: int
) -> None:
    (installed.workspace / "acme.yaml").write_text(FAIL_ONCE)
    _, _, outputs = start(installed, scenarios="acme.yaml", fail_on_unused="true")
    for _ in range(asked):
        token_status(outputs, "acme")
    code, printed, _ = stop(installed, junit="rules.xml")
    assert code == expected, printed
    assert ("::error::" in printed) == bool(expected)
    assert "once" in (installed.workspace / "rules.xml").read_text()


@pytest.mark.slow(seconds=1)
def test_a_scenario_with_a_mistake_fails_the_step_that_starts_and_is_named(installed: Runner) -> None:
    (installed.workspace / "acme.yaml").write_text("rulez: []")
    code, printed, _ = start(installed, scenarios="acme.yaml")
    assert code == 1
    assert "acme.yaml:1:1" in printed
    assert "did not start" in printed
    code, printed, _ = stop(installed)
    assert code != 0
    assert "acme.yaml:1:1" in printed


def test_an_input_that_is_neither_true_nor_false_is_refused(installed: Runner) -> None:
    code, printed, _ = start(installed, fail_on_unused="yes")
    assert code == 1
    assert "expected true or false, found yes" in printed


@pytest.mark.slow(seconds=1)
def test_settings_are_variables_of_the_job(installed: Runner) -> None:
    token = {"OIFDE_SIMULATOR_CONTROL_TOKEN": "a-token-for-this-run", "OIFDE_SIMULATOR_TLS": "off"}
    code, printed, outputs = start(installed, settings=token)
    assert code == 0, printed
    assert outputs["url"].startswith("http://")
    assert outputs["ca-file"] == ""
    assert fetch(f"{outputs['control']}/tenants")[0] == 401
    code, printed, _ = stop(installed, settings=token, junit="rules.xml")
    assert (code, "::warning::" in printed) == (0, False)
    assert (installed.workspace / "rules.xml").read_text().startswith("<?xml")


def test_stopping_what_was_never_started_fails_and_says_so(installed: Runner) -> None:
    code, printed, _ = stop(installed)
    assert code == 1
    assert "It was not started." in printed


@pytest.mark.slow(seconds=8)
def test_without_a_version_the_source_of_the_action_is_installed(runner: Runner) -> None:
    pytest.importorskip("hatchling", reason="the tools of development are not installed")
    code, printed, outputs = runner.use(ACTION, settings=FROM_HERE)
    assert code == 0, printed
    assert token_status(outputs, "tenant001") == 200
    assert stop(runner)[0] == 0
    where = subprocess.run(
        [runner.home / "bin" / "python", "-c", "import oifde_simulator; print(oifde_simulator.__file__)"],
        cwd=runner.temp, env=environment(**FROM_HERE), capture_output=True, text=True, timeout=PATIENCE,
        check=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(runner.home))
