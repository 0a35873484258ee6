"""Output on terminals and pipes that cannot encode every character: it is escaped, and exit codes stay."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import pytest

from child_processes import started
from oifde_simulator import streams
from oifde_simulator.cli import main
from oifde_simulator.pytest_plugin import report
from serving import FREE_PORTS, PATIENCE, command, environment, run

ENCODINGS = ["cp1252", "gbk", "latin-1", "ascii"]
TEXT = "é 你好 😀 ไทย"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    turn = {"intention": TEXT}
    record = {
        "callSorId": "18000000001",
        "calledNumber": "1",
        "startTime": 1618558942000,
        "recordDetials": [turn],
    }
    rule = {"name": "从不", "match": {"request": {"userMobile": "1"}}, "respond": {"status": 500}}
    scenario = {"description": f"{TEXT}.", "sessions": {"records": [record]}, "rules": [rule]}
    (tmp_path / "acme.yaml").write_text(json.dumps(scenario, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "wrong-ไ.yaml").write_text("descripton: 你\n", encoding="utf-8")
    return tmp_path


every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)


def printed(encoding: str, *arguments: str) -> tuple[int, str]:
    """Run a command with standard output in an encoding; return its exit code and what it printed."""
    octets = io.BytesIO()
    with io.TextIOWrapper(octets, encoding=encoding, write_through=True) as stream:
        with redirect_stdout(stream):
            code = main(arguments)
        return code, octets.getvalue().decode(encoding)


@every_encoding
def test_check_says_what_is_good_and_what_is_wrong(folder: Path, encoding: str) -> None:
    code, said = printed(encoding, "check", str(folder / "acme.yaml"))
    assert (code, said.count(": good: tenant acme")) == (0, 1)
    code, said = printed(encoding, "check", str(folder))
    assert (code, said.count('did you mean "description"?')) == (1, 1)


@every_encoding
def test_scenarios_are_listed(folder: Path, encoding: str) -> None:
    arguments = ["--no-bundled", "--scenarios", str(folder / "acme.yaml")]
    code, said = printed(encoding, "scenarios", *arguments)
    assert (code, said.startswith("acme  ")) == (0, True)
    code, said = printed(encoding, "scenarios", "--json", *arguments)
    assert (code, json.loads(said)[0]["description"]) == (0, f"{TEXT}.")


@every_encoding
def test_sessions_are_listed(folder: Path, encoding: str) -> None:
    arguments = ["sessions", str(folder / "acme.yaml"), "18000000001"]
    for shape in ([], ["--csv"]):
        code, said = printed(encoding, *arguments, *shape)
        assert (code, len(said.splitlines())) == (0, 2)
    code, said = printed(encoding, *arguments, "--json")
    (record,) = json.loads(said)
    assert (code, record["recordDetials"][0]["intention"]) == (0, TEXT)


@every_encoding
def test_new_says_what_it_has_written(tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / TEXT).mkdir()
    code, said = printed(encoding, "new", f"{TEXT}/acme")
    assert (code, said.count("acme.yaml: written; ")) == (0, 1)
    assert (tmp_path / TEXT / "acme.yaml").exists()


@pytest.mark.slow
def test_explain_reads_utf_8_whatever_the_terminal_has(tmp_path: Path) -> None:
    body = json.dumps(
        {"tenantId": "tenant001", "authToken": "0dbe11892be840cf983453ea70b505de", "userMobile": "你"}
    )
    done = subprocess.run(
        command("explain", "tenant001", "-", "--json"),
        input=body.replace("\\u4f60", "你").encode(),
        capture_output=True,
        env=environment(PYTHONIOENCODING="cp1252"),
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["body"]["userMobile"] == "你"


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "gbk"])
def test_a_verdict_on_unused_rules_has_its_own_exit_code(folder: Path, encoding: str) -> None:
    done = subprocess.run(
        command(
            "run", "--tls", "off", "--fail-on-unused", "--scenarios", str(folder / "acme.yaml"), "--", "true"
        ),
        capture_output=True,
        env=environment(PYTHONIOENCODING=encoding),
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (3, b"")
    assert done.stdout.decode(encoding).count("never") == 1


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
def test_serve_goes_on_after_its_banner(folder: Path, encoding: str) -> None:
    serve = command("serve", *FREE_PORTS, "--tls", "off", "--scenarios", str(folder / "acme.yaml"))
    with started(
        serve,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(PYTHONIOENCODING=encoding),
    ) as server:
        assert server.stdout is not None
        banner = b""
        while b"curl" not in banner and (line := server.stdout.readline()):
            banner += line
        server.terminate()
        _, errors = server.communicate(timeout=PATIENCE)
    assert (server.returncode, errors) == (0, b"")
    assert "curl" in banner.decode(encoding)


@pytest.mark.slow(seconds=1)
def test_a_replacement_that_was_chosen_stays(tmp_path: Path) -> None:
    done = run("new", str(tmp_path / "é" / "acme"), PYTHONIOENCODING="ascii:replace")
    assert done.returncode == 2
    (tmp_path / "é").mkdir()
    done = run("new", str(tmp_path / "é" / "acme"), PYTHONIOENCODING="ascii:replace")
    assert done.returncode == 0
    assert "/?/acme.yaml: written" in done.stdout


# Escapes


@pytest.mark.parametrize("text", [TEXT, "\ud800", "a\nb"])
@pytest.mark.parametrize("encoding", [*ENCODINGS, "utf-8", "utf-16"])
def test_an_escape_is_that_of_json(text: str, encoding: str) -> None:
    written = streams.encodable(text, encoding)
    assert json.loads(json.dumps(written).replace("\\\\u", "\\u")) == text
    assert written.encode(encoding)


def test_an_unknown_encoding_lacks_nothing() -> None:
    assert streams.encodable(TEXT, "no-such-encoding") == TEXT


@pytest.mark.parametrize("stream", [None, io.StringIO()], ids=["closed", "in memory"])
def test_a_stream_of_another_kind_stays(stream: io.StringIO | None) -> None:
    streams.escape_unencodable(stream)


def test_the_name_of_a_file_that_is_no_text_stays_as_it_is() -> None:
    octets = io.BytesIO()
    stream = io.TextIOWrapper(octets, encoding="utf-8", errors="surrogateescape", write_through=True)
    streams.escape_unencodable(stream)
    stream.write("\udcff")
    assert octets.getvalue() == b"\xff"


# pytest's report


@pytest.mark.parametrize("encoding", [*ENCODINGS, "utf-8"])
def test_a_section_of_the_report_keeps_its_lines(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    monkeypatch.setattr(sys, "__stdout__", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    test, failure = (
        SimpleNamespace(stash={report.KEPT: f"#1 {TEXT}\n#2 \ud800"}),
        SimpleNamespace(longrepr="", when="call"),
    )
    report.add_section(failure, test, None)  # type: ignore[arg-type]
    section = failure.longrepr.partition("---\n")[2]
    assert section.encode(encoding).count(b"\n") == 1
    assert section.endswith("#2 \\ud800")
