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
from typing import Any

import pytest

from conftest import GETTOKEN, QUERY, SPECIFICATION, TOKEN
from gallery_page import HONEST, paragraphs
from help_text import options, variables
from serving import FREE_PORTS, PATIENCE, REPOSITORY, Served, command, environment, fetch, run, served

README = (REPOSITORY / "README.md").read_text()
DOOR = REPOSITORY / ".ci" / "run"
OTHER_TOOLS = {"--cacert"}
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")


def blocks(language: str) -> list[str]:
    """Find the fenced blocks of README.md in a language."""
    found = re.findall(r"^```(\w+)\n(.*?)^```", README, re.M | re.S)
    return [text.strip() for name, text in found if name == language]


SERVE, TEST, EXAMPLE, FRESH_TOKEN, OWN, PIPELINE = blocks("sh")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("readme")) as server:
        yield server


def ask(server: Served, path: str, **fields: str) -> dict[str, Any]:
    _, _, body = fetch(server.data + path, json.dumps(fields).encode(), server.ca_pem())
    answer: dict[str, Any] = json.loads(body)
    return answer


def query(server: Served, tenant: str, **fields: str) -> dict[str, Any]:
    return ask(server, QUERY, **{"tenantId": tenant, "authToken": TOKEN, **fields})


def here(text: str, server: Served) -> str:
    """Replace the ports in a text of the README by those of `server`."""
    control, data = "http://127.0.0.1:8444", "https://127.0.0.1:8443"
    assert data in text
    return text.replace(control, server.control).replace(data, server.data)


def printed(script: str, folder: Path) -> str:
    """Run a script in `folder` and return its output."""
    done = subprocess.run(
        ["sh", "-ec", script], cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return done.stdout


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
    said = {name: printed(text, REPOSITORY) for name, text in found}
    assert said == {"test_line": TEST + "\n", "serve_line": SERVE + "\n"}
    for name in said:
        assert f'"${name}"' in script


TARGETS = (".", "PATH/OF/CHECKOUT", "PATH/OF/CHECKOUT/client", "requirements.lock")


def test_every_line_that_installs_us_names_a_checkout_or_a_release_and_an_extra_that_there_is() -> None:
    pages = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
    lines = [line for page in pages for line in re.findall(r"pip install ([^`\n&]+)", page.read_text())]
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert len(lines) >= 6
    for line in lines:
        target, bracket, extra = shlex.split(line)[-1].partition("[")
        assert target in TARGETS or target.endswith("-py3-none-any.whl"), line
        assert not bracket or extra.removesuffix("]") in extras, line


# Ask it


@needs_curl
def test_the_curl_lines_work_when_pasted(server: Served, tmp_path: Path) -> None:
    answer = json.loads(printed(here(EXAMPLE, server), tmp_path))
    assert answer == json.loads((SPECIFICATION / "response.json").read_bytes())
    fresh = json.loads(printed(here(FRESH_TOKEN, server), tmp_path))
    assert (fresh["errorCode"], fresh["expireTime"]) == (0, 3600)
    answer = query(server, "tenant001", authToken=fresh["authToken"], userMobile="180****9999")
    assert answer["total"] == 1


def test_the_line_that_serve_prints_asks_the_same(server: Served) -> None:
    line = next(line for line in server.banner.splitlines() if "curl" in line)
    written = here(EXAMPLE, server).replace("\\\n", " ").replace("\n", " && ")
    assert sorted(shlex.split(line)) == sorted(shlex.split(written))


# Tenants


def rows(heading: str) -> list[list[str]]:
    """Find the rows of the table whose first column has this heading; strip backquotes of cells."""
    (table,) = re.findall(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", README, re.M)
    return [line.strip("| ").replace("`", "").split(" | ") for line in table.splitlines()]


def scenarios() -> list[dict[str, Any]]:
    """List the bundled scenarios as the command line shows them to machines."""
    listed: list[dict[str, Any]] = json.loads(run("scenarios", "--json").stdout)
    return listed


TENANTS = dict(rows("tenantId"))
GOOD_DAY = {tenant: text for tenant, text in TENANTS.items() if tenant in HONEST}
MAGIC = rows("userMobile")


def test_the_table_of_tenants_shows_some_of_the_bundled_scenarios_and_says_how_many_there_are() -> None:
    bundled = {scenario["id"] for scenario in scenarios()}
    assert bundled >= TENANTS.keys()
    (counts,) = re.findall(r"^These are (\w+) of (\d+)\. .* has them all: (\d+) ways to fail", README, re.M)
    assert counts == ("eleven", str(len(bundled)), str(len(bundled - set(HONEST))))
    assert len(TENANTS) == 11


@pytest.mark.parametrize("tenant", sorted(TENANTS.keys() - GOOD_DAY.keys()))
def test_the_table_of_tenants_says_of_a_failure_what_its_file_says(tenant: str) -> None:
    assert TENANTS[tenant] == paragraphs(tenant)[0]


@pytest.mark.parametrize("tenant", GOOD_DAY)
def test_the_table_of_tenants_names_a_user_and_how_many_sessions_there_are(
    server: Served, tenant: str
) -> None:
    number, user = re.fullmatch(r".*?(\w+) sessions?\b.* ([\d*]+)\b.*", GOOD_DAY[tenant] + " ").groups()  # type: ignore[union-attr]
    assert query(server, tenant, userMobile=user)["total"] == int({"one": "1"}.get(number, number))


@pytest.mark.parametrize("tenant", GOOD_DAY)
def test_a_bundled_tenant_has_the_documented_secret_and_token(server: Served, tenant: str) -> None:
    assert "has the secret `secret`" in README
    assert f"the specification's token `{TOKEN}`" in README
    assert ask(server, GETTOKEN, appKey=tenant, appSecret="secret")["errorCode"] == 0
    assert query(server, tenant, userMobile="0")["errorCode"] == 0


def test_the_table_of_magic_numbers_is_that_of_the_scenario() -> None:
    source = (REPOSITORY / "scenarios" / "magic.yaml").read_text()
    rules = re.findall(r'name: ([\w-]+), match: \{request: \{userMobile: "(\d+)"', source)
    assert [(rule, number) for number, rule, _ in MAGIC] == rules
    (magic,) = [scenario for scenario in scenarios() if scenario["id"] == "magic"]
    assert magic["rules"] == [rule for rule, _ in rules]


def test_a_scenario_of_ones_own_works_as_written(tmp_path: Path) -> None:
    text, _ = blocks("yaml")
    (tmp_path / "acme.yaml").write_text(text + "\n")
    check, serve = (shlex.split(line) for line in OWN.splitlines())
    assert (check[0], check[1]) == ("oifde-simulator", "check")
    assert run(*check[1:], cwd=tmp_path).stdout == "acme.yaml: good: tenant acme, 1 record, 0 rules\n"
    assert (serve[0], serve[1]) == ("oifde-simulator", "serve")
    with served(tmp_path, *serve[2:], "--tenant", "ITS-ID=magic") as server:
        token = ask(server, GETTOKEN, appKey="acme", appSecret="secret")["authToken"]
        assert query(server, "acme", authToken=token, userMobile="18000000001")["total"] == 1
        assert query(server, "ITS-ID", userMobile="18000000403")["total"] == 45


def test_it_is_broken_in_six_lines_more_as_written(tmp_path: Path) -> None:
    _, text = blocks("yaml")
    assert len(text.splitlines()) <= 6
    (tmp_path / "acme.yaml").write_text(text + "\n")
    with served(tmp_path, "--scenarios", "acme.yaml") as server:
        token = ask(server, GETTOKEN, appKey="acme", appSecret="secret")["authToken"]
        body = {"tenantId": "acme", "authToken": token, "userMobile": "18000000001"}
        whole, late = (json.dumps(body | more).encode() for more in ({}, {"pageNum": "2", "pageSize": "10"}))
        assert [fetch(server.data + QUERY, whole, server.ca_pem())[0] for _ in range(3)] == [503, 503, 200]
        with pytest.raises(IncompleteRead):
            fetch(server.data + QUERY, late, server.ca_pem())


def test_the_table_of_commands_names_them_all() -> None:
    table = set(re.findall(r"^\| `([a-z]+)(?: [^`]*)?` \|", README, re.M))
    commands = set(re.findall(r"^    ([a-z]+)\b", run("--help").stdout, re.M))
    assert "serve" in commands
    assert commands <= table


# In a pipeline


def test_the_line_for_pipelines_is_how_these_tests_start_a_server() -> None:
    assert shlex.split(PIPELINE) == [
        "oifde-simulator",
        "serve",
        *FREE_PORTS,
        "--ready-file",
        "ready.json",
        "&",
    ]


def test_the_lines_for_pipelines_work_as_printed(tmp_path: Path) -> None:
    (waits,) = re.findall(r"`oifde-simulator (readyz --wait --ready-file [^`]+)`", README)
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


def test_every_option_and_variable_it_names_is_there() -> None:
    known = {flag for command in ("serve", "readyz", "check", "record") for flag in options(command)}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", README)) <= known | OTHER_TOOLS
    assert set(re.findall(r"OIFDE_SIMULATOR_[A-Z_]+", README)) <= variables()


def test_every_route_of_the_control_plane_it_names_is_there(server: Served) -> None:
    (paragraph,) = re.findall(r"^The \*\*control plane\*\*.*?(?=^$)", README, re.M | re.S)
    routes = re.findall(r"`(/[\w./]+)`", paragraph)
    missing = json.loads(fetch(server.control + "/nothing")[2])["detail"]
    beginnings = {f"/{route.split('/')[1]}" for route in routes} | {
        "/",
        "/console",
    }  # of the paragraph before
    assert sorted(beginnings) == sorted(missing.partition("expected one of ")[2].split(", "))
    for route in routes:
        posted = route in ("/verify", "/reset", "/clear", "/check")
        assert fetch(server.control + route)[0] == (405 if posted else 200)


# When a request is wrong


def test_the_error_it_shows_is_what_the_server_answers(server: Served) -> None:
    (shown,) = blocks("json")
    answer = query(server, "tenant001", userMobile="180****9999", pageSize="7")
    assert list(answer.items()) == list(json.loads(shown).items())


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)]+)\)", README))))
def test_every_file_it_links_to_is_there(link: str) -> None:
    assert (REPOSITORY / link).is_file()
