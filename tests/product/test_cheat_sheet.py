"""docs/cheat-sheet.md fits a screen, and what it says works."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from help_text import options
from oifde_simulator.scenario import loader
from pages import Page, here, printed, scenarios
from serving import run, served

PAGE = Page("docs/cheat-sheet.md")
LONGEST = 60
"""Lines of the source that a screen shows."""
WIDEST = 86
"""Characters of a block that the site shows without a bar to scroll."""
COMMANDS, ASK, SEE = PAGE.blocks("sh")


def test_it_fits_a_screen() -> None:
    assert len(PAGE.text.splitlines()) <= LONGEST
    assert max(len(line) for _, block in PAGE.fences for line in block.splitlines()) <= WIDEST


def test_the_table_of_commands_names_them_all() -> None:
    table = set(re.findall(r"^\| `([a-z]+)(?: [^`]*)?` \|", PAGE.text, re.M))
    commands = set(re.findall(r"^    ([a-z]+)\b", run("--help").stdout, re.M))
    assert "serve" in commands
    assert commands == table


def test_every_option_of_its_lines_is_there() -> None:
    for line in COMMANDS.splitlines():
        words = shlex.split(line, comments=True)
        flags = [word for word in words[: words.index("--") if "--" in words else None] if word[:2] == "--"]
        assert set(flags) <= options(words[1]).keys(), line


def test_it_says_how_many_tenants_there_are() -> None:
    assert f"# {len(scenarios())} tenants" in COMMANDS


def test_its_rules_have_no_mistake() -> None:
    (text,) = PAGE.blocks("yaml")
    assert not loader.loads(text.encode(), "page.yaml", "page").warnings


@pytest.mark.slow(seconds=1)
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_its_requests_are_answered_as_it_says(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        assert json.loads(printed(here(ASK, server), tmp_path))["total"] == 40
        address, *lines = here(SEE, server).splitlines()
        journal, tenant, verdict, reset = (printed(f"{address}\n{line}", tmp_path) for line in lines)
    assert json.loads(journal)["count"] == 1
    assert json.loads(tenant)["tenantId"].startswith("fail-twice")
    assert json.loads(verdict)["passed"]
    assert reset
