"""docs/operate.md: the settings, unit, proxy, scrape configuration and log rotation that it names work."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server

import pytest
import trustme
import yaml
from prometheus_client.parser import text_string_to_metric_families

from help_text import options, variables
from nginx import needs_nginx, nginx
from pages import CONTROL, here, printed, query
from serving import PATIENCE, REPOSITORY, Served, fetch, served, trusting

PAGE = (REPOSITORY / "docs" / "operate.md").read_text()
SERVE = (REPOSITORY / "docs" / "serve.md").read_text()
FENCES = re.findall(r"^```([\w ]+)\n(.*?)^```$", PAGE, re.M | re.S)
TOKEN = "a-token-of-yours"
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")


def block(kind: str, containing: str = "") -> str:
    """Find the only block of a kind that contains some words."""
    (found,) = [text for name, text in FENCES if name == kind and containing in text]
    return found


def settings() -> dict[str, str]:
    """Read the variables of the file that the unit names."""
    return dict(line.split("=", 1) for line in block("ini environment").splitlines())


def asked(url: str, token: str = "", context: ssl.SSLContext | None = None) -> tuple[int, str]:
    """Get a URL as Prometheus does; status and body."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)]
    opener = urllib.request.build_opener(*handlers)
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with the settings of the page, which other machines could reach."""
    folder = tmp_path_factory.mktemp("operate")
    (folder / "scenarios").mkdir()
    shutil.copy(REPOSITORY / "scenarios" / "slow.yaml", folder / "scenarios" / "acme.yaml")
    given = settings() | {"OIFDE_SIMULATOR_SCENARIOS": "scenarios", "OIFDE_SIMULATOR_TLS_DIR": "authority"}
    with served(folder, "--control-host", "0.0.0.0", **given) as server:
        yield server


def test_every_variable_and_option_of_ours_is_a_setting() -> None:
    assert set(re.findall(r"OIFDE_SIMULATOR_[A-Z_]+", PAGE)) <= variables()
    named = set(re.findall(r"`(--[a-z][a-z-]+)", PAGE))
    assert len(named) > 10
    assert named <= options("serve").keys()


def default(flag: str) -> str:
    """Read the default of an option in the table of docs/serve.md, which is written from the options."""
    (value,) = re.findall(rf"^\| `{flag} [^|]*\| `([^`]+)` \|", SERVE, re.M)
    return str(value)


def test_the_defaults_of_bounds_are_those_of_serve() -> None:
    mebibytes = {flag: str(int(default(flag)) >> 20) for flag in ("--journal-bytes", "--max-body")}
    assert f"| `--journal-bytes` | {mebibytes['--journal-bytes']} MiB |" in PAGE
    assert f"| `--max-body` | {mebibytes['--max-body']} MiB |" in PAGE
    assert f"| `--max-waiting` | {default('--max-waiting')} |" in PAGE
    timeouts = ("--idle-timeout", "--body-timeout", "--write-timeout")
    assert f"| {', '.join(f'`{flag}`' for flag in timeouts)} | {', '.join(map(default, timeouts))} |" in PAGE
    assert f"the newest {int(default('--journal-exchanges')):,} exchanges of a tenant" in PAGE


def test_the_unit_starts_serve_and_waits_until_it_is_ready() -> None:
    unit = dict(line.split("=", 1) for line in block("ini systemd").splitlines() if "=" in line)
    program, *words = shlex.split(unit["ExecStart"])
    assert program == "/opt/oifde-simulator/.venv/bin/oifde-simulator"
    assert words[0] == "serve"
    assert {word for word in words if word.startswith("--")} <= options("serve").keys()
    flags = {word for word in shlex.split(unit["ExecStartPost"]) if word.startswith("--")}
    assert flags <= options("readyz").keys()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "oifde-simulator.service"
    unit.write_text(
        block("ini systemd").replace("/opt/oifde-simulator/.venv/bin/oifde-simulator", "/bin/true")
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow(seconds=1)
def test_probes_want_no_token_and_the_scrape_wants_it(server: Served, tmp_path: Path) -> None:
    assert [asked(server.control + path)[0] for path in ("/livez", "/readyz", "/metrics")] == [200, 200, 401]
    (job,) = yaml.safe_load(block("yaml prometheus"))["scrape_configs"]
    assert job.keys() == {"job_name", "authorization", "static_configs"}
    assert job["authorization"].keys() == {"credentials_file"}
    status, text = asked(f"{server.control}/metrics", settings()["OIFDE_SIMULATOR_CONTROL_TOKEN"])
    assert status == 200
    names = {sample.name for each in text_string_to_metric_families(text) for sample in each.samples}
    known = names | {"oifde_requests_total", "oifde_journal_bytes"}
    rows = PAGE.partition("| question | expression |")[2].partition("\n\n")[0]
    assert set(re.findall(r"(?:oifde|process)_[a-z_]+", rows)) <= known


@pytest.mark.slow(seconds=1)
def test_a_server_whose_port_is_closed_lives_but_is_not_ready(tmp_path: Path) -> None:
    with served(tmp_path, "--tls", "off") as server:
        closed = fetch(f"{server.control}/listener", b'{"open": false}', method="PUT")
        assert closed[0] == 200, closed
        assert [fetch(server.control + path)[0] for path in ("/livez", "/readyz")] == [200, 503]


@needs_curl
def test_spoiled_requests_are_listed_by_the_line_of_the_page(server: Served, tmp_path: Path) -> None:
    fetch(server.data + "/oifde/rest/api/queryRecordHistory", b'{"tenantId": "outage"}', server.ca_pem())
    query(server, "good-day", userMobile="18000000001")
    line = block("sh", "spoiled=true").replace("$OIFDE_SIMULATOR_CONTROL_TOKEN", TOKEN)
    entries = json.loads(printed(here(line, server), tmp_path))["entries"]
    assert {entry["rule"] for entry in entries} == {"outage"}


def moved_away(log: Path) -> None:
    """Rotate as logrotate does by `create`."""
    log.rename(log.with_suffix(".1"))
    log.touch()


def cut_off(log: Path) -> None:
    """Rotate as logrotate does by `copytruncate`."""
    shutil.copy(log, log.with_suffix(".1"))
    log.write_bytes(b"")


@pytest.mark.slow(seconds=5)
@pytest.mark.parametrize("rotate", [moved_away, cut_off])
@pytest.mark.parametrize("workers", [(), ("--workers", "2")], ids=["one process", "workers"])
def test_a_log_that_is_rotated_goes_on_from_its_beginning(
    workers: tuple[str, ...], rotate: Callable[[Path], None], tmp_path: Path
) -> None:
    assert "  create\n" in block("text logrotate")
    log = tmp_path / "log"
    with served(tmp_path, "--log-file", str(log), "--log-level", "info", *workers) as server:
        query(server, "good-day", userMobile="18000000001")
        assert wait_for(log), "a line is written"
        rotate(log)
        query(server, "good-day", userMobile="18000000002")
        assert wait_for(log)["exchange"]["request"]["userMobile"] == "18000000002"


def wait_for(log: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Read the first line of a log, as soon as it is there."""
    with log.open() as lines:
        while not (line := lines.readline()).endswith("\n"):
            lines.seek(0)
    found: dict[str, dict[str, dict[str, str]]] = json.loads(line)
    return found


# The reverse proxy


@contextmanager
def proxy(server: Served, folder: Path) -> Iterator[tuple[str, ssl.SSLContext]]:
    """Run the proxy of the page before a control plane; its URL, and what trusts it."""
    authority = trustme.CA()
    pair = authority.issue_cert("127.0.0.1")
    pair.cert_chain_pems[0].write_to_path(folder / "simulator.pem")
    pair.private_key_pem.write_to_path(folder / "simulator.key")
    with create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        text = block("nginx").replace("/etc/nginx/", f"{folder}/").replace("8445", f"127.0.0.1:{port}")
        text = text.replace(CONTROL, server.control)
        temporary = "".join(f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy"))
        configuration = f"pid {folder}/pid; events {{}} http {{ access_log off; {temporary} {text} }}"
        with nginx(folder, configuration, listening):
            yield f"https://127.0.0.1:{port}", trusting(authority.cert_pem.bytes())


@pytest.mark.slow(seconds=3)
@needs_nginx
def test_the_control_plane_is_reached_through_the_proxy_over_tls(tmp_path: Path) -> None:
    token = {"OIFDE_SIMULATOR_CONTROL_TOKEN": TOKEN}
    with served(tmp_path, **token) as server, proxy(server, tmp_path) as (url, context):
        assert asked(f"{url}/journal", context=context)[0] == 401
        assert asked(f"{url}/journal", TOKEN, context)[0] == 200
        assert "<html" in asked(f"{url}/", context=context)[1]
