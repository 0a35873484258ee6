"""README.md: every block is run, or compared with the server."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from http.client import IncompleteRead
from pathlib import Path

import pytest

from conftest import GETTOKEN, QUERY, SPECIFICATION
from gallery_page import HONEST
from help_text import options
from pages import Page, ask, here, printed, query, scenarios
from serving import REPOSITORY, Served, fetch, run, served

README = Page("README.md")
LONGEST = 150
"""Lines that a newcomer is asked to read."""
DOOR = REPOSITORY / ".ci" / "run"
OTHER_TOOLS = {"--cacert"}
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
SERVE, TEST, EXAMPLE, OWN = README.blocks("sh")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("readme")) as server:
        yield server


def test_it_is_short() -> None:
    assert len(README.text.splitlines()) < LONGEST


# Two lines


@pytest.mark.parametrize(("line", "end"), [(SERVE, "serve"), (TEST, "pytest")], ids=["serve", "test"])
def test_setting_up_is_one_line(line: str, end: str) -> None:
    assert "\n" not in line
    assert line.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert line.endswith(end)


def test_the_door_for_people_and_ci_runs_these_very_lines() -> None:
    if not DOOR.exists():
        pytest.skip("there is no .ci/run here: this is not a checkout")
    script = DOOR.read_text()
    found = re.findall(r"^(\w+_line)=\$\((.*)\)$", script, re.M)
    said = {name: output(text, REPOSITORY) for name, text in found}
    assert said == {"test_line": TEST + "\n", "serve_line": SERVE + "\n"}
    for name in said:
        assert f'"${name}"' in script


def output(script: str, folder: Path) -> str:
    """Run a script without our command and return its output."""
    done = subprocess.run(
        ["sh", "-ec", script], cwd=folder, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


BESIDE = ("../oifde-simulator", "./.simulator")
"""A checkout beside a reader's project, or within it in a pipeline."""
TARGETS = (".", "PATH/OF/CHECKOUT", "PATH/OF/CHECKOUT/client", "requirements.lock", *BESIDE)


def test_every_line_that_installs_us_names_a_checkout_or_a_release_and_an_extra_that_there_is() -> None:
    pages = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
    lines = [line for page in pages for line in re.findall(r"pip install ([^`\n&]+)", page.read_text())]
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert len(lines) >= 6
    for line in lines:
        if " -r " in f" {line}":
            continue  # what a reader's own project needs
        words = shlex.split(line.removesuffix(" pytest-xdist"))
        target, bracket, extra = words[-1].partition("[")
        assert target in TARGETS or target.endswith("-py3-none-any.whl"), line
        assert not bracket or extra.removesuffix("]") in extras, line


# Ask it


@needs_curl
def test_the_curl_lines_work_when_pasted(server: Served, tmp_path: Path) -> None:
    answer = json.loads(printed(here(EXAMPLE, server), tmp_path))
    assert answer == json.loads((SPECIFICATION / "response.json").read_bytes())


def test_the_line_that_serve_prints_asks_the_same(server: Served) -> None:
    line = next(line for line in server.banner.splitlines() if "curl" in line)
    written = here(EXAMPLE, server).replace("\\\n", " ").replace("\n", " && ")
    assert sorted(shlex.split(line)) == sorted(shlex.split(written))


# Break it


def test_it_says_how_many_tenants_and_failures_there_are() -> None:
    bundled = {scenario["id"] for scenario in scenarios()}
    assert f"lists all {len(bundled)} tenants" in README.text
    assert f"- {len(bundled - set(HONEST))} ways to fail that are ready to use" in README.text


def test_the_tenants_that_it_names_do_what_it_says(server: Served) -> None:
    body = json.dumps({"tenantId": "outage"}).encode()
    assert fetch(server.data + QUERY, body, server.ca_pem())[0] == 503
    answer = query(server, "token-expires-mid-paging", userMobile="18000000001", pageNum="2", pageSize="10")
    assert answer["errorCode"] == 900001


def test_a_scenario_of_ones_own_works_as_written(tmp_path: Path) -> None:
    text, _ = README.blocks("yaml")
    assert len(text.splitlines()) == 5
    (tmp_path / "acme.yaml").write_text(text + "\n")
    check, serve = (shlex.split(line) for line in OWN.splitlines())
    assert (check[0], check[1]) == ("oifde-simulator", "check")
    assert run(*check[1:], cwd=tmp_path).stdout == "acme.yaml: good: tenant acme, 1 record, 0 rules\n"
    assert (serve[0], serve[1]) == ("oifde-simulator", "serve")
    with served(tmp_path, *serve[2:]) as server:
        token = ask(server, GETTOKEN, appKey="acme", appSecret="secret")["authToken"]
        assert query(server, "acme", authToken=token, userMobile="18000000001")["total"] == 1


def test_it_is_broken_in_six_lines_more_as_written(tmp_path: Path) -> None:
    _, text = README.blocks("yaml")
    assert len(text.splitlines()) <= 6
    (tmp_path / "acme.yaml").write_text(text + "\n")
    with served(tmp_path, "--scenarios", "acme.yaml") as server:
        token = ask(server, GETTOKEN, appKey="acme", appSecret="secret")["authToken"]
        body = {"tenantId": "acme", "authToken": token, "userMobile": "18000000001"}
        whole, late = (json.dumps(body | more).encode() for more in ({}, {"pageNum": "2", "pageSize": "10"}))
        assert [fetch(server.data + QUERY, whole, server.ca_pem())[0] for _ in range(3)] == [503, 503, 200]
        with pytest.raises(IncompleteRead):
            fetch(server.data + QUERY, late, server.ca_pem())


# All of it


@pytest.mark.slow(seconds=1)
def test_every_option_it_names_is_there() -> None:
    known = {flag for command in ("serve", "readyz", "check", "record") for flag in options(command)}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", README.text)) <= known | OTHER_TOOLS


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)", README.text))))
def test_every_file_it_links_to_is_there(link: str) -> None:
    assert (REPOSITORY / link).is_file()
