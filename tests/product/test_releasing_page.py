"""docs/releasing.md and docs/installing.md: the recipe obeys its schema, and what they name is there."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import oifde_simulator
from pages import Page
from serving import REPOSITORY

RELEASING = (REPOSITORY / "docs" / "releasing.md").read_text()
INSTALLING = (REPOSITORY / "docs" / "installing.md").read_text()
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
SCRIPT = REPOSITORY / ".ci" / "release"
PIN = re.compile(r"^([a-zA-Z0-9._-]+)==([^ ;\n]+)", re.MULTILINE)

in_a_checkout = pytest.mark.skipif(not SCRIPT.exists(), reason="there is no .ci here: this is not a checkout")


def workflow() -> str:
    (found,) = re.findall(r"^```yaml github\n(.*?)^```$", RELEASING, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.mark.slow(seconds=1)
def test_the_workflow_obeys_the_schema_of_github(tmp_path: Path) -> None:
    recipe = tmp_path / "release.yaml"
    recipe.write_text(workflow())
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        str(recipe),
    ]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_workflow_gives_each_job_the_rights_that_it_needs_and_no_text_to_a_shell() -> None:
    document = yaml.safe_load(workflow())
    assert document["permissions"] == {}
    assert all(job["permissions"] for job in document["jobs"].values())
    commands = [step["run"] for job in document["jobs"].values() for step in job["steps"] if "run" in step]
    assert commands
    assert not any("${{" in command for command in commands)  # a tag's name must be no program


@in_a_checkout
def test_what_the_page_says_is_in_a_release_is_written_by_the_script() -> None:
    script = SCRIPT.read_text()
    for name in ("requirements.lock", "SHA256SUMS", ".cdx.json"):
        assert name in RELEASING
        assert name in script
    assert "provenance.json" in (REPOSITORY / ".ci" / "provenance.py").read_text()


def test_the_changes_begin_with_this_version() -> None:
    headings = re.findall(r"^## (.*)$", (REPOSITORY / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert oifde_simulator.__version__ in headings[:2]
    assert PROJECT["version"] == oifde_simulator.__version__


def test_the_changes_are_under_headings_that_say_their_kind() -> None:
    text = (REPOSITORY / "CHANGELOG.md").read_text()
    kinds = {"Before you upgrade", "Added", "Changed", "Fixed"}
    assert set(re.findall(r"^### (.*)$", text, re.MULTILINE)) <= kinds


@pytest.mark.parametrize("lock", ["requirements.lock", ".ci/release.lock"])
def test_a_lock_has_the_tested_versions_and_a_hash_for_each(lock: str) -> None:
    if not (REPOSITORY / lock).exists():
        pytest.skip("this is not a checkout")
    text = (REPOSITORY / lock).read_text()
    tested = dict(PIN.findall((REPOSITORY / "constraints.txt").read_text()))
    locked = dict(PIN.findall(text))
    assert {name: tested.get(name, version) for name, version in locked.items()} == locked
    blocks = re.split(r"^(?=[a-zA-Z0-9])", "\n".join(text.splitlines()[2:]), flags=re.MULTILINE)
    assert all("--hash=sha256:" in block for block in blocks if block.strip())


def test_every_dependency_is_locked() -> None:
    locked = PIN.findall((REPOSITORY / "requirements.lock").read_text())
    names = {re.sub(r"[-_.]+", "-", name).lower() for name, _ in locked}
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *extras["valkey"], *extras["workers"][1:], *extras["record"]]
    for requirement in wanted:
        name = re.split(r"[^A-Za-z0-9._-]", requirement)[0]
        assert re.sub(r"[-_.]+", "-", name).lower() in names, requirement


def test_the_page_has_every_extra_that_users_may_want() -> None:
    named = set(re.findall(r"\[(\w+)\]'", INSTALLING))
    assert named == PROJECT["optional-dependencies"].keys() - {"test", "fuzz"}


def test_home_and_installing_begin_with_the_lines_of_the_tutorial() -> None:
    pages = {name: Page(f"docs/{name}.md").blocks("sh") for name in ("tutorial", "index", "installing")}
    install, serve, *_ = pages["tutorial"]
    assert pages["index"][0] == pages["installing"][0] == f"{install}\n{serve}"


def test_the_archive_of_a_release_is_named_by_the_version() -> None:
    assert f"tar -xzf oifde_simulator-{PROJECT['version']}.tar.gz" in INSTALLING


def test_the_versions_of_python_that_are_declared_are_those_that_are_tested() -> None:
    declared = {each.rpartition(" ")[2] for each in PROJECT["classifiers"] if ":: 3." in each}
    table = INSTALLING.partition("## Which Python?")[2].partition("\n## ")[0]
    tested = {
        version for row in re.findall(r"^\| (3.*?) \|", table, re.MULTILINE) for version in row.split(", ")
    }
    assert declared == tested - {"3.14"}
    script = REPOSITORY / ".ci" / "pythons"
    if script.exists():
        assert set(re.findall(r"\b3\.1[0-9]\b", script.read_text())) >= tested
