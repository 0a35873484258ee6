"""docs/tutorial.md: its steps are run in their order, and print what the page says."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pages import Page, here, printed
from serving import PATIENCE, environment, served

BLOCKS = Page("docs/tutorial.md").fences


def shell(containing: str) -> tuple[str, str]:
    """Find the shell block that contains some words, and the output that the page shows below it."""
    ((at, text),) = [
        (at, text) for at, (name, text) in enumerate(BLOCKS) if name == "sh" and containing in text
    ]
    name, output = BLOCKS[at + 1] if at + 1 < len(BLOCKS) else ("", "")
    return text, output if name == "text" else ""


needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")


@pytest.mark.slow(seconds=1)
@needs_curl
def test_the_first_server_is_asked_and_prints_what_the_page_says(tmp_path: Path) -> None:
    steps = [shell(words) for words in ("query() {", "fail-twice", "query outage", "journal")]
    script = "\n".join(text for text, _ in steps)
    authority = BLOCKS[2][1]
    assert "ca.pem" in authority
    with served(tmp_path) as server:
        said = printed(here(authority + script, server), tmp_path)
    assert said.replace("\r", "") == "".join(output for _, output in steps)


@pytest.mark.slow
@needs_curl
def test_a_failure_of_ones_own_is_checked_and_served(tmp_path: Path) -> None:
    (text,) = [text for name, text in BLOCKS if name == "yaml"]
    (tmp_path / "acme.yaml").write_text(text)
    check, good = shell("check acme.yaml")
    assert printed(check, tmp_path) == good
    serve = shlex.split(shell("--watch")[0])
    definition = shell("query() {")[0].partition("query good-day")[0]
    asks, output = shell("query acme")
    with served(tmp_path, *serve[2:]) as server:
        assert printed(here(definition + asks, server), tmp_path) == output


@pytest.mark.slow(seconds=4)
def test_the_test_of_the_page_passes(tmp_path: Path) -> None:
    (text,) = [text for name, text in BLOCKS if name == "python"]
    (tmp_path / "test_calls.py").write_text(text)
    line, output = shell("pytest -q")
    arguments = [sys.executable, "-m", *shlex.split(line), "-p", "no:cacheprovider"]
    done = subprocess.run(
        arguments, cwd=tmp_path, env=environment(), capture_output=True, text=True,
        timeout=3 * PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert output.strip() in done.stdout
