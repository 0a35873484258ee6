"""docs/deploy.md: every block is run, rendered or checked, and every table is that of the files."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import help_text
from oifde_simulator.config.reading import STATE_PASSWORD
from serving import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
PAGE = (REPOSITORY / "docs" / "deploy.md").read_text()
BLOCKS = re.findall(r"^```([a-z -]+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ACTION = yaml.safe_load((DEPLOY / "github-action" / "action.yml").read_text())
EXAMPLE = yaml.safe_load((DEPLOY / "github-action" / "example.yml").read_text())
STOP = yaml.safe_load((DEPLOY / "github-action" / "stop" / "action.yml").read_text())


def blocks(kind: str) -> list[str]:
    """Find the blocks of a kind."""
    found = [text for name, text in BLOCKS if name == kind]
    assert found
    return found


def table(heading: str) -> set[str]:
    """Read the first column of the table with a heading, without the marks of code."""
    rows = PAGE.split(f"\n| {heading} | ", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return {row.split("|")[1].strip().strip("`") for row in rows}


def test_every_kind_of_block_is_looked_at() -> None:
    kinds = {"gitlab", "kustomization", "pre-commit", "service-monitor", "steps"}
    assert {kind for kind, _ in BLOCKS} == {"python", "sh"} | {f"yaml {kind}" for kind in kinds}


def test_the_table_links_to_each_file() -> None:
    linked = {DEPLOY / path for path in re.findall(r"^\| \[[^]]+\]\(\.\./deploy/([^)]+)\)", PAGE, re.M)}
    assert linked == {path for path in DEPLOY.rglob("*") if path.is_file()}


def test_lines_for_a_shell_can_be_pasted() -> None:
    assert not [line for text in blocks("sh") for line in text.splitlines() if line.startswith("$ ")]


def test_the_scrape_gives_the_token_of_the_secret_to_the_port_of_a_service() -> None:
    spec = yaml.safe_load(blocks("yaml service-monitor")[0])["spec"]
    base = DEPLOY / "kubernetes" / "base"
    services = yaml.safe_load_all((base / "services.yaml").read_text())
    ports = {port["name"] for service in services for port in service["spec"]["ports"]}
    (label,) = yaml.safe_load((base / "kustomization.yaml").read_text())["labels"]
    pod = yaml.safe_load((base / "deployment.yaml").read_text())["spec"]["template"]["spec"]
    secrets = [
        each["valueFrom"].get("secretKeyRef") for each in pod["containers"][0]["env"] if "valueFrom" in each
    ]
    (endpoint,) = spec["endpoints"]
    assert spec["selector"]["matchLabels"] == label["pairs"]
    assert endpoint["port"] in ports
    assert endpoint["authorization"]["credentials"] in secrets


def test_lines_are_short() -> None:
    prose = [line for line in PAGE.splitlines() if not line.startswith("|")]
    assert [line for line in prose if len(line) >= 120] == []


def test_every_link_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", PAGE) if "://" not in link]
    assert len(links) >= 5
    assert [link for link in links if not (REPOSITORY / "docs" / link).exists()] == []


def test_every_variable_of_ours_is_a_setting() -> None:
    named = set(re.findall(r"OIFDE_SIMULATOR_[A-Z_]+", PAGE))
    assert named
    assert named <= help_text.variables() | {STATE_PASSWORD}


def test_the_tables_have_the_inputs_and_outputs_of_the_action() -> None:
    assert table("input") == ACTION["inputs"].keys()
    assert table("output") == ACTION["outputs"].keys()


def steps() -> list[dict[str, Any]]:
    """Find the steps of the page and of the example workflow."""
    ours = [step for text in blocks("yaml steps") for step in yaml.safe_load(text)["steps"]]
    return ours + EXAMPLE["jobs"]["tests"]["steps"]


def test_every_step_gives_inputs_that_there_are_and_reads_outputs_that_there_are() -> None:
    for step in steps():
        action = STOP if "github-action/stop" in step.get("uses", "") else ACTION
        if "github-action" in step.get("uses", ""):
            assert step.get("with", {}).keys() <= action["inputs"].keys()
        for output in re.findall(r"steps\.simulator\.outputs\.([a-z-]+)", str(step)):
            assert output in ACTION["outputs"]


def test_every_job_of_gitlab_extends_one_of_the_template_by_the_schema(tmp_path: Path) -> None:
    (template,) = (DEPLOY / "gitlab").iterdir()
    hidden = {name for name in yaml.safe_load(template.read_text()) if name.startswith(".")}
    files = [template]
    for number, text in enumerate(blocks("yaml gitlab")):
        job = yaml.safe_load(text)
        assert job["include"][0]["file"] == str(template.relative_to(REPOSITORY))
        assert job["tests"]["extends"] in hidden
        hidden.remove(job["tests"]["extends"])
        files.append(tmp_path / f"{number}.yml")
        files[-1].write_text(text)
    assert not hidden
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", *files]
    checked = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_hook_is_that_of_the_manifest() -> None:
    (hook,) = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    (repository,) = yaml.safe_load(blocks("yaml pre-commit")[0])["repos"]
    assert repository["hooks"] == [{"id": hook["id"]}]
    assert hook["entry"] == "oifde-simulator check"


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
@pytest.mark.parametrize("text", blocks("yaml kustomization"), ids=["base", "authority"])
def test_an_overlay_of_a_user_is_rendered(text: str, tmp_path: Path) -> None:
    (tmp_path / "oifde-simulator").mkdir()
    shutil.copytree(DEPLOY, tmp_path / "oifde-simulator" / "deploy")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "acme.yaml").write_text("sessions: {users: {'1': 1}}\n")
    (tmp_path / "kustomization.yaml").write_text(text)
    done = subprocess.run(
        ["kubectl", "kustomize", tmp_path], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    if "images:" in text:
        assert "image: registry.example/oifde-simulator:latest" in done.stdout
        assert "{users: {'1': 1}}" in done.stdout
    else:
        assert "secretName: oifde-simulator-authority" in done.stdout


@pytest.mark.slow(seconds=1)
def test_the_python_block_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from container_engine import Engine, stand_in

    engine = Engine(tmp_path)
    stand_in(engine, monkeypatch)
    (text,) = blocks("python")
    exec(compile(ast.parse(text), "docs/deploy.md", "exec"), {})
    assert '"errorCode"' in capsys.readouterr().out
    assert not engine.runs
