"""docs/journey.md keeps its word: each of its programs walks the whole journey and finds the same."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from conftest import GETTOKEN, QUERY
from oifde_simulator.instants import iso
from oifde_simulator.runtime.server import Simulator
from playing import MovableClock
from serving import PATIENCE, REPOSITORY, fetch, running
from wav_sound import WavSound, keys_of

PAGE = (REPOSITORY / "docs" / "journey.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.M | re.S)
CONTROL, DATA = "http://127.0.0.1:8444", "https://127.0.0.1:8443"
USER, DAY = "18000000001", "2026-03-04"


def blocks(language: str) -> list[str]:
    """Find the blocks in a language."""
    return [text for name, text in BLOCKS if name == language]


SMALLEST, SERVE, SHELL = blocks("sh")
(SCENARIO,) = blocks("yaml")
(PYTHON,) = blocks("python")
(JAVA,) = blocks("java")
without = {
    name: pytest.mark.skipif(shutil.which(name) is None, reason=f"without {name}")
    for name in ("curl", "jq", "java")
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A server of the page's scenario whose clock may be moved."""
    folder = tmp_path_factory.mktemp("journey")
    (folder / "journey.yaml").write_text(SCENARIO)
    with running(tls="auto", scenarios=(folder / "journey.yaml",), clock=MovableClock(0)) as simulator:
        yield simulator


def control(server: Simulator, path: str, **body: Any) -> None:
    status, _, answer = fetch(server.control_url + path, json.dumps(body).encode(), method="PUT")
    assert status == 200, answer


def records(server: Simulator) -> list[dict[str, Any]]:
    """Query the whole day at once."""
    body = {"appKey": "journey", "appSecret": "secret"}
    token = json.loads(fetch(server.data_url + GETTOKEN, json.dumps(body).encode(), server.ca_pem)[2])
    day = {"beginTime": f"{DAY} 00:00:00", "endTime": f"{DAY} 23:59:59"}
    asked = {"tenantId": "journey", "authToken": token["authToken"], "userMobile": USER} | day
    answer = json.loads(fetch(server.data_url + QUERY, json.dumps(asked).encode(), server.ca_pem)[2])
    found: list[dict[str, Any]] = answer["recordList"]
    return found


def test_the_day_has_as_many_calls_as_the_page_says(server: Simulator) -> None:
    (number,) = re.findall(r"a day with (\d+)\s+calls", PAGE)
    assert len(records(server)) == int(number)


@pytest.fixture(scope="module")
def unfinished(server: Simulator) -> str:
    """Stop the clock while the day's last phone call goes on, and return its callId."""
    last = next(record for record in records(server) if record["dialogType"] != "3")
    control(server, "/tenants/journey/clock", set=iso((last["startTime"] + last["endTime"]) // 2))
    return str(last["callId"])


def here(text: str, server: Simulator) -> str:
    return text.replace(CONTROL, server.control_url).replace(DATA, server.data_url)


def printed(arguments: Sequence[str], folder: Path) -> str:
    ran = run(arguments, folder)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def run(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments, cwd=folder, capture_output=True, text=True, timeout=3 * PATIENCE, check=False
    )


def check(lines: Sequence[str], folder: Path, server: Simulator, unfinished: str) -> None:
    """Check what a program says of each call, and the recordings that it leaves."""
    calls = {record["callId"]: record for record in records(server)}
    said = dict(line.split(" ", 1) for line in lines)
    assert list(said) == list(calls)
    assert said[unfinished] == "later"
    assert {"no sound", "later"} < set(said.values())
    recordings = {path.stem: WavSound(path.read_bytes()) for path in folder.glob("*.wav")}
    assert {call for call, text in said.items() if text.endswith(" ms")} == recordings.keys()
    for call, sound in recordings.items():
        assert said[call] == f"{sound.milliseconds} ms"
        assert sound.milliseconds == calls[call]["endTime"] - calls[call]["startTime"]
        assert sound.digits() == keys_of(call)


@without["curl"]
def test_the_smallest_example_ends_with_sound(server: Simulator, tmp_path: Path) -> None:
    printed(["sh", "-euc", here(SMALLEST, server)], tmp_path)
    (record,) = json.loads((tmp_path / "calls.json").read_bytes())["recordList"]
    sound = WavSound((tmp_path / "call.wav").read_bytes())
    assert sound.milliseconds == record["endTime"] - record["startTime"]
    assert json.loads(record["businessInfoStr"])["recordFileName"] in SMALLEST


def test_the_day_of_the_page_is_the_day_before_its_clock_and_has_several_pages(server: Simulator) -> None:
    assert 'clock: "2026-03-05T' in SCENARIO
    assert SERVE == "oifde-simulator serve --scenarios journey.yaml\n"
    assert all(program.count(DAY) == 1 for program in (SHELL, PYTHON, JAVA))
    assert len(records(server)) > 5


@pytest.mark.slow
@without["curl"]
@without["jq"]
def test_the_shell_script_walks_the_journey(server: Simulator, unfinished: str, tmp_path: Path) -> None:
    (tmp_path / "oifde-ca.pem").write_bytes(server.ca_pem or b"")
    said = printed(["sh", "-c", here(SHELL, server)], tmp_path)
    check(said.splitlines(), tmp_path, server, unfinished)


def test_the_python_program_walks_the_journey(server: Simulator, unfinished: str, tmp_path: Path) -> None:
    (tmp_path / "oifde-ca.pem").write_bytes(server.ca_pem or b"")
    said = printed([sys.executable, "-c", here(PYTHON, server)], tmp_path)
    check(said.splitlines(), tmp_path, server, unfinished)


def test_the_line_for_requests_returns_what_post_returns(
    server: Simulator, unfinished: str, tmp_path: Path
) -> None:
    pytest.importorskip("requests")
    (tmp_path / "oifde-ca.pem").write_bytes(server.ca_pem or b"")
    (line,) = re.findall(r"`(requests\.post\([^`]+)`", PAGE)
    sending = re.search(r"    request = .*?return answer\.read\(\)\n", PYTHON, re.S)
    assert sending
    program = PYTHON.replace(sending[0], f"    url = URL + path\n    return {line}\n")
    said = printed([sys.executable, "-c", "import requests\n" + here(program, server)], tmp_path)
    check(said.splitlines(), tmp_path, server, unfinished)


@pytest.mark.slow
@without["java"]
def test_the_java_program_walks_the_journey(server: Simulator, unfinished: str, tmp_path: Path) -> None:
    (tmp_path / "oifde-ca.pem").write_bytes(server.ca_pem or b"")
    (tmp_path / "Journey.java").write_text(here(JAVA, server))
    check(printed(["java", "Journey.java"], tmp_path).splitlines(), tmp_path, server, unfinished)


# What goes wrong

PROGRAMS = [
    pytest.param(["sh", "-c"], SHELL, marks=[pytest.mark.slow, without["curl"], without["jq"]], id="shell"),
    pytest.param([sys.executable, "-c"], PYTHON, id="python"),
]


@pytest.fixture
def rule(server: Simulator, request: pytest.FixtureRequest) -> Iterator[None]:
    """Have a rule hold for downloads until the end of the test."""
    broken = {"name": "broken", "match": {"endpoint": "downloadOiapRecord"}} | request.param
    url = server.control_url + "/tenants/journey/rules"
    assert fetch(url, json.dumps([broken]).encode(), method="POST")[0] in (200, 201)
    yield
    assert fetch(url, method="DELETE")[0] in (200, 204)


@pytest.mark.parametrize(
    "rule",
    [{"faults": [{"cut": "50%"}]}, {"respond": {"error": "recording-download-limit"}}],
    ids=["breaks off", "another code"],
    indirect=True,
)
@pytest.mark.parametrize(("shell", "program"), PROGRAMS)
@pytest.mark.usefixtures("rule")
def test_a_broken_recording_ends_the_program(
    shell: list[str], program: str, server: Simulator, tmp_path: Path
) -> None:
    (tmp_path / "oifde-ca.pem").write_bytes(server.ca_pem or b"")
    ran = run([*shell, here(program, server)], tmp_path)
    assert ran.returncode != 0
    assert " ms" not in ran.stdout
    assert ran.stderr


@pytest.mark.parametrize(("shell", "program"), PROGRAMS)
def test_a_refused_secret_ends_the_program_with_the_answer(
    shell: list[str], program: str, server: Simulator, tmp_path: Path
) -> None:
    (tmp_path / "oifde-ca.pem").write_bytes(server.ca_pem or b"")
    wrong = re.sub(r'\bsecret(\\?")', r"wrong\1", here(program, server))
    ran = run([*shell, wrong], tmp_path)
    assert ran.returncode != 0
    assert "gettoken: " in ran.stderr
    assert "errorCode" in ran.stderr


@pytest.mark.parametrize(("shell", "program"), PROGRAMS)
@pytest.mark.parametrize("rule", [{"times": 1, "respond": {"error": "recording-no-data"}}], indirect=True)
@pytest.mark.usefixtures("rule")
def test_a_recording_that_is_not_there_yet_is_told(
    shell: list[str], program: str, server: Simulator, unfinished: str, tmp_path: Path
) -> None:
    (tmp_path / "oifde-ca.pem").write_bytes(server.ca_pem or b"")
    said = printed([*shell, here(program, server)], tmp_path).splitlines()
    later = {line.split()[0] for line in said if line.endswith(" later")}
    assert unfinished in later
    assert len(later) == 2


def test_every_tenant_of_the_table_is_bundled() -> None:
    tenants = re.findall(r"\| tenant `([\w-]+)`", PAGE)
    assert tenants
    for tenant in tenants:
        assert (REPOSITORY / "scenarios" / f"{tenant}.yaml").is_file()


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!https)([^)#]+)", PAGE))))
def test_every_page_it_links_to_is_there(link: str) -> None:
    assert (REPOSITORY / "docs" / link).is_file()
