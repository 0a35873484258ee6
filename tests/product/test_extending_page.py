"""docs/extending.md keeps its word: its files are written, its commands run, and their output compared."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from checkouts import PROGRAMS, copy_checkout, run_in_copy
from serving import REPOSITORY

pytestmark = pytest.mark.slow

PAGE = (REPOSITORY / "docs" / "extending.md").read_text()
FILES = dict(re.findall(r"^`([\w./]+)`:\n\n```\w+\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE))
"""Files of the page: path -> text."""
COMMANDS = [
    (command, output)
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
"""Commands of the page, each with its output."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the checkout, and write the files of the page into it."""
    folder = tmp_path_factory.mktemp("checkout")
    copy_checkout(folder)
    for path, text in FILES.items():
        (folder / path).write_text(text)
    return folder


def test_the_page_has_files_and_commands() -> None:
    assert len(FILES) == 4
    assert len(COMMANDS) == 6


def test_the_example_has_at_most_40_lines() -> None:
    example = PAGE.partition("## What the parts mean")[0]
    blocks = re.findall(r"```\w+\n(.*?)```", example, re.DOTALL)
    assert len(blocks) == 4
    assert sum(block.count("\n") for block in blocks) <= 40


@pytest.mark.parametrize(("command", "output"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_a_command_of_the_page_prints_what_the_page_says(copy: Path, command: str, output: str) -> None:
    program, *words = shlex.split(command)
    done = run_in_copy(copy, [shutil.which(program, path=str(PROGRAMS)) or program, *words])
    assert done.stderr == ""
    assert done.stdout.split() == output.split()
    assert done.returncode == ("wrong" in command)


def test_the_tests_of_all_faults_hold_for_the_fault_of_the_page(copy: Path) -> None:
    python = str(PROGRAMS / "python")
    assert run_in_copy(copy, [python, "docs/generate/scenario_schema.py", "--write"]).returncode == 0
    chosen = ["tests/faults", "tests/scenario/test_lint_rules.py", "-k", "every_fault or laws or faults"]
    done = run_in_copy(copy, [python, "-m", "pytest", "-n", "0", "-q", *chosen])
    assert done.returncode == 0, done.stdout


def test_the_pages_generated_in_the_copy_have_the_fault(copy: Path) -> None:
    for script in ("scenario_schema", "faults_page"):
        done = run_in_copy(copy, [str(PROGRAMS / "python"), f"docs/generate/{script}.py", "--write"])
        assert (done.returncode, done.stderr) == (0, "")
    assert "| `duplicate-body` | **`times` 2** |" in (copy / "docs" / "faults.md").read_text()
    assert '"duplicate-body"' in (copy / "schemas" / "scenario.schema.json").read_text()


def test_the_schema_that_new_writes_has_the_fault(copy: Path, tmp_path: Path) -> None:
    done = run_in_copy(copy, [str(PROGRAMS / "oifde-simulator"), "new", str(tmp_path / "acme.yaml")])
    assert done.returncode == 0, done.stderr
    assert '"duplicate-body"' in (tmp_path / "oifde-scenario.schema.json").read_text()
