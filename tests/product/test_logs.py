"""The log: lines for people on a terminal, JSON lines for machines elsewhere."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

import serving
from conftest import QUERY, TOKEN
from serving import FREE_PORTS, PATIENCE, command, environment, fetch

FAILING = f'{{"tenantId": "fail-twice", "authToken": "{TOKEN}", "userMobile": "18000000001"}}'
WRONG = f'{{"tenantId": "tenant001", "authToken": "{TOKEN}", "userMobile": 18}}'


def served(tmp_path: Path, *options: str, stderr: int) -> None:
    """Send two requests to a server that logs to `stderr`, then stop it."""
    ready = tmp_path / "ready.json"
    server = subprocess.Popen(
        [*command(), "serve", *FREE_PORTS, "--tls", "off", "--ready-file", str(ready), *options],
        env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr,
    )  # fmt: skip
    try:
        asked = [*command(), "readyz", "--wait", "--ready-file", str(ready)]
        subprocess.run(asked, env=environment(), timeout=PATIENCE, check=True, capture_output=True)
        url = json.loads(ready.read_text())["data"] + QUERY
        for body in (FAILING, WRONG):
            fetch(url, body.encode())
    finally:
        server.terminate()
        assert server.wait(PATIENCE) == 0


def lines(tmp_path: Path, *options: str) -> list[str]:
    """Serve two requests and return the lines of the log file."""
    path = tmp_path / "log"
    with path.open("wb") as log:
        served(tmp_path, *options, stderr=log.fileno())
    return path.read_text().splitlines()


@pytest.mark.slow(seconds=1)
def test_at_info_each_exchange_is_a_json_object_in_a_line(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = [json.loads(line) for line in lines(tmp_path, "--log-level", "info")]
    spoiled, wrong = (each for each in told if "exchange" in each)
    assert spoiled["level"] == "info"
    assert spoiled["exchange"]["tenant"] == "fail-twice"
    assert (spoiled["exchange"]["status"], spoiled["exchange"]["rule"]) == (503, "fail-twice")
    assert spoiled["message"].startswith("fail-twice queryRecordHistory 503 by rule")
    assert wrong["level"] == "warning"
    assert wrong["exchange"]["errorCode"] == 10000002
    assert "userMobile" in wrong["message"]
    assert {"time", "level", "message"} <= spoiled.keys()
    assert "outcome" not in spoiled["exchange"].keys() | wrong["exchange"].keys()  # none is known yet


@pytest.mark.slow(seconds=1)
def test_the_page_shows_a_line_as_it_is(tmp_path: Path) -> None:
    page = (serving.REPOSITORY / "docs" / "explain.md").read_text()
    (example,) = re.findall(r"^    (\{\"time\".*?\}\})$", page, re.M | re.S)
    shown = json.loads(example)
    line, *_ = (json.loads(line) for line in lines(tmp_path, "--log-level", "info") if "503" in line)
    assert shown.keys() == line.keys()
    assert shown["exchange"].keys() <= line["exchange"].keys()
    assert re.sub("second-query|acme", "fail-twice", shown["message"]).replace(" with latency", "") == line[
        "message"
    ].replace("=40", "=1")


@pytest.mark.slow(seconds=1)
def test_what_is_only_warned_of_is_readable(tmp_path: Path) -> None:
    (line,) = lines(tmp_path)
    assert "WARNING tenant001 queryRecordHistory 200 errorCode=10000002" in line


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--log-level", "info")], ids=["default", "info"])
def test_a_terminal_has_a_readable_line_an_exchange(tmp_path: Path, options: tuple[str, ...]) -> None:
    ours, theirs = pty.openpty()
    try:
        served(tmp_path, *options, stderr=theirs)
        shown = os.read(ours, 65536).decode().splitlines()
    finally:
        os.close(theirs)
        os.close(ours)
    assert "INFO    fail-twice queryRecordHistory 503 by rule" in shown[0]
    assert "WARNING tenant001 queryRecordHistory 200 errorCode=10000002" in shown[1]


def loaded(folder: Path, *options: str) -> bool:
    """Change a watched file and check that the log without a terminal tells of it."""
    (folder / "acme.yaml").write_text("clock: now\n")
    with serving.served(folder, "--tls", "off", "--scenarios", "acme.yaml", "--watch", *options) as server:
        (folder / "acme.yaml").write_text("description: another\n")
        reading = f"{server.control}/tenants/acme"
        deadline = monotonic() + PATIENCE
        while json.loads(fetch(reading)[2])["description"] != "another":
            assert monotonic() < deadline
        code, errors = server.stop()
    assert code == 0
    return "INFO    tenant acme: loaded acme.yaml" in errors


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "told"), [((), True), (("--log-level", "warning"), False)], ids=["default", "asked for less"]
)
def test_a_file_that_was_loaded_again_is_told_off_a_terminal_too(
    tmp_path: Path, options: tuple[str, ...], told: bool
) -> None:
    assert loaded(tmp_path, *options) is told


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--log-level", "info")], ids=["default", "info"])
def test_no_credential_is_in_the_log(tmp_path: Path, options: tuple[str, ...]) -> None:
    assert TOKEN not in "\n".join(lines(tmp_path, *options))


@pytest.mark.slow
def test_a_log_that_nobody_reads_holds_up_neither_plane(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(writes, b"x" * 4096):
            pass
    os.set_blocking(writes, True)
    served(tmp_path, "--log-level", "info", stderr=writes)
    os.close(writes)
    os.close(reads)


@pytest.mark.slow(seconds=1)
def test_a_quiet_server_prints_nothing_and_logs_where_it_is_told_to(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    options = ("--quiet", "--log-level", "warning", "--log-format", "json", "--log-file", str(path))
    assert lines(tmp_path, *options) == []
    (line,) = map(json.loads, path.read_text().splitlines())
    assert line["level"] == "warning"
