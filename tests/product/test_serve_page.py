"""docs/serve.md: its options are those of the code, and its lines and routes work."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

import serve_options
from help_text import options, variables
from pages import Page
from serving import FREE_PORTS, command, environment, fetch, served

PAGE = Page("docs/serve.md")
SERVE, PIPELINE = PAGE.blocks("sh")
REFERENCE = PAGE.text.partition("## Every option")[2]
WRITE = "docs/serve.md is old: run python docs/generate/serve_options.py --write"


def test_the_options_are_up_to_date() -> None:
    assert serve_options.page() == PAGE.text, WRITE


def test_the_reference_has_every_option_and_every_variable() -> None:
    assert set(re.findall(r"^\| `(--[a-z-]+)", REFERENCE, re.M)) == options("serve").keys() - {"--help"}
    assert set(re.findall(r"OIFDE_SIMULATOR_[A-Z_]+", REFERENCE)) == variables() - {"OIFDE_SIMULATOR_HELP"}


def test_each_group_begins_with_an_option_that_there_is() -> None:
    assert serve_options.GROUPS.keys() <= {
        entry.name for entry in serve_options.fields(serve_options.Settings)
    }


def test_every_option_and_variable_it_names_is_there() -> None:
    known = {flag for command in ("serve", "readyz") for flag in options(command)}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", PAGE.text)) <= known | {"--"}
    assert set(re.findall(r"OIFDE_SIMULATOR_[A-Z_]+", PAGE.text)) <= variables()


def test_the_line_for_pipelines_is_how_these_tests_start_a_server() -> None:
    ready_file = ["--ready-file", "ready.json", "&"]
    assert shlex.split(PIPELINE) == ["oifde-simulator", "serve", *FREE_PORTS, *ready_file]


@pytest.mark.slow(seconds=1)
def test_the_lines_for_pipelines_work_as_printed(tmp_path: Path) -> None:
    (waits,) = re.findall(r"`oifde-simulator (readyz --wait --ready-file [^`]+)`", PAGE.text)
    ours = shlex.join(command())
    script = (
        f"{PIPELINE.replace('oifde-simulator', ours)}\n{ours} {waits}\ncode=$?\nkill $!\nwait $!\nexit $code"
    )
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^ready: http://127\.0\.0\.1:\d+$", done.stdout, re.M)
    assert not (tmp_path / "ready.json").exists()


@pytest.mark.slow(seconds=1)
def test_the_table_of_routes_names_them_all(tmp_path: Path) -> None:
    table = PAGE.text.partition("## What does the control plane have?")[2].partition("\n## ")[0]
    routes = re.findall(r"`(/[\w./]+)`", table)
    with served(tmp_path) as server:
        missing = json.loads(fetch(server.control + "/nothing")[2])["detail"]
        beginnings = {f"/{route.split('/')[1]}" for route in routes} | {"/", "/console"}  # the page's own
        assert sorted(beginnings) == sorted(missing.partition("expected one of ")[2].split(", "))
        for route in routes:
            posted = route in ("/verify", "/reset", "/clear", "/check")
            assert fetch(server.control + route)[0] == (405 if posted else 200)
