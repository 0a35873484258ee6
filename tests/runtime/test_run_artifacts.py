"""`run --artifacts`: a folder that is checked at the start, and filled when the command has ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from child_processes import started
from oifde_simulator.artifacts.run import RunArtifacts
from oifde_simulator.cli import main
from oifde_simulator.config import Settings
from serving import PATIENCE, command, environment, run

FILES = ["coverage.xml", "journal.har", "journal.jsonl", "metrics.txt", "simulator.log"]
ASKS = """
import json, os, sys
from urllib.request import Request, urlopen

def post(url, body):
    return json.load(urlopen(Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})))

made = post(os.environ["OIFDE_CONTROL"] + "/tenants", {"scenario": "tenant001"})
for name in ("userMobile", "usermobile"):
    body = {"tenantId": made["tenantId"], "authToken": made["authToken"], name: "1", "userMobile": "1"}
    post(made["url"] + "/oifde/rest/api/queryRecordHistory", body)
print(made["authToken"])
sys.exit(7)
"""
"""A program that asks twice, once with a field that there is not, and exits with a code of its own."""


def numbers(path: Path) -> list[int]:
    return [json.loads(line)["number"] for line in (path / "journal.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    "more", [(), pytest.param(("--workers", "2"), marks=pytest.mark.slow)], ids=["alone", "workers"]
)
def test_a_command_leaves_what_its_server_knows(more: tuple[str, ...], tmp_path: Path) -> None:
    if more and sys.platform != "linux":
        pytest.skip("several workers are served on Linux only")
    folder = tmp_path / "below" / "artifacts"
    done = run("run", "--tls", "off", *more, "--artifacts", str(folder), "--", sys.executable, "-c", ASKS)
    assert (done.returncode, done.stderr) == (7, "")
    assert sorted(each.name for each in folder.iterdir()) == FILES
    assert len(numbers(folder)) == 2
    assert len(json.loads((folder / "journal.har").read_bytes())["log"]["entries"]) == 2
    assert '"usermobile" is not a field' in (folder / "simulator.log").read_text()
    assert all(done.stdout.strip() not in each.read_text() for each in folder.iterdir())


WAITS = "import time; print('started', flush=True); time.sleep(600)"


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_job_that_is_cancelled_has_its_files(tmp_path: Path) -> None:
    words = ["run", "--tls", "off", "--artifacts", str(tmp_path / "out"), "--", sys.executable, "-c", WAITS]
    with started(
        command(*words), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "started\n"
        running.terminate()
        _, errors = running.communicate(timeout=PATIENCE)
    assert (running.returncode, errors) == (128 + signal.SIGTERM, "")
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == FILES


def test_a_log_with_a_file_of_its_own_stays_there(tmp_path: Path) -> None:
    ours = Settings(log_file=tmp_path / "log")
    artifacts = RunArtifacts(tmp_path / "artifacts")
    assert artifacts.with_log(ours) == ours
    assert artifacts.finish() == []
    assert list((tmp_path / "artifacts").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_before_the_command_starts(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    folder = str(tmp_path / "file" / "below")
    assert main(["run", "--artifacts", folder, "--", sys.executable, "-c", "print('started')"]) == 2
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.startswith(
        f"oifde-simulator run: --artifacts {folder}: cannot be written: Not a directory"
    )
    assert len(said.err.splitlines()) == 1


def test_what_is_not_written_at_the_end_is_told_and_the_code_is_the_commands(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "artifacts"
    takes_places = f"import os; [os.mkdir(os.path.join({str(folder)!r}, name)) for name in {FILES[1:]}]"
    command = ["--", sys.executable, "-c", takes_places]
    assert main(["run", "--tls", "off", "--artifacts", str(folder), *command]) == 0
    complaints = capfd.readouterr().err.splitlines()
    assert len(complaints) == 4
    for name, complaint in zip(["journal.jsonl", "journal.har", *FILES[3:]], complaints, strict=True):
        assert complaint == f"oifde-simulator run: {folder}/{name} is not written: Is a directory"
    assert sorted(each.name for each in folder.iterdir() if each.name[0] != ".") == FILES
