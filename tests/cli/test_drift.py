"""`drift` as a user meets it: options, environment, files and exit codes."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drifting import SECRET, USER, merged
from help_text import options
from oifde_simulator.cli import main
from oifde_simulator.cli.drift import outputs
from oifde_simulator.cli.target_options import interval
from oifde_simulator.drift.settings import MARK
from oifde_simulator.vendor_client import VendorSession
from serving import REPOSITORY, running

VARIABLES = (
    "TARGET", "TENANT", "APP_KEY", "USER", "CALL_ID", "RECORDINGS_TARGET", "ACCESS_KEY", "SECRET_KEY",
    "AUTHORIZATION",
)  # fmt: skip
FAST = ("--rate", "9999/s", "--user", USER, "--tenant", "acme")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the world with another time zone as `acme`, the honest one as `honest`."""
    folder = tmp_path_factory.mktemp("drift")
    (folder / "acme.yaml").write_text(
        merged("settings: {time_zone: '+08:00', error_status: {token: 401, parameter: 401}}")
    )
    (folder / "honest.yaml").write_text(merged(""))
    (folder / "keyed.yaml").write_text(merged("tenant: {access_keys: {AK1: sk1-of-keyed}}"))
    with running(scenarios=(folder,)) as simulator:
        yield simulator.data_url


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(f"OIFDE_{name}", raising=False)
    monkeypatch.setenv("OIFDE_APP_SECRET", f"{SECRET}\n")


@pytest.mark.slow(seconds=1)
def test_a_refuted_guess_is_exit_code_1_and_gets_into_all_files(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    junit, written = tmp_path / "junit.xml", tmp_path / "real.yaml"
    assert main(["drift", "--target", url, *FAST, "--junit", str(junit), "--write", str(written)]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert "time-zone           refuted      a call is found around its startTime in UTC+08:00" in out
    assert 'failures="2"' in junit.read_text()
    assert 'time_zone: "+08:00"' in written.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["junit.xml", "real.yaml"]
    assert main(["check", "--strict", str(written)]) == 0
    command = out.splitlines()[-1].partition(": written; serve it: ")[2]
    assert command == f"oifde-simulator serve --scenarios {written} --settings-from real"
    assert "--scenarios real.yaml --settings-from real" in written.read_text().splitlines()[1]


@pytest.mark.slow(seconds=1)
def test_what_is_written_serves_as_the_target_where_no_tenant_is_known_too(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "real.yaml"
    assert main(["drift", "--target", url, *FAST, "--write", str(written)]) == 1
    first = capsys.readouterr().out.partition("\n\ncontract:")[0].partition("\n\n")[2]
    written.write_text(merged(written.read_text()))
    with running(scenarios=(written,), no_bundled=True, settings_from="real") as copy:
        assert main(["drift", "--target", copy.data_url, *FAST[:-1], "real"]) == 1
    again = capsys.readouterr().out.partition("\n\ncontract:")[0].partition("\n\n")[2]
    assert again == first


@pytest.mark.slow(seconds=1)
def test_downloads_are_asked_with_an_access_key_at_a_host_of_their_own(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OIFDE_SECRET_KEY", "sk1-of-keyed")
    monkeypatch.setenv("OIFDE_RECORDINGS_TARGET", f"{url}/")
    options = ("--target", url, *FAST[:-1], "keyed", "--access-key", "AK1", "--json", "--allow-lock")
    assert main(["drift", *options, "--max-requests", "99"]) == 0
    document = json.loads(capsys.readouterr().out)
    verdicts = {each["key"]: each["verdict"] for each in document["findings"]}
    assert [key for key, verdict in verdicts.items() if verdict == "refuted"] == []
    assert {verdicts[key] for key in ("signature", "range", "foreign-vdn", "recording-codec")} == {
        "confirmed"
    }
    assert document["contract"]["differences"] == []
    assert "sk1-of-keyed" not in json.dumps(document)


def test_an_honest_target_is_exit_code_0_with_everything_from_files_and_variables(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    monkeypatch.delenv("OIFDE_APP_SECRET")
    for name, value in {"TARGET": url, "TENANT": "honest", "USER": USER}.items():
        monkeypatch.setenv(f"OIFDE_{name}", value)
    assert main(["drift", "--rate", "9999/s", "--json", "--secret-file", str(tmp_path / "secret")]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["counts"]["refuted"] == 0
    assert document["requests"] <= 60
    assert document["target"] == url.rstrip("/")


UNUSABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "no target": (FAST, "expected --target URL, or OIFDE_TARGET"),
    "no tenant": (("--target", "https://x"), "expected --tenant ID, or OIFDE_TENANT"),
    "nobody": (("--target", "https://x", "--tenant", "a"), "expected --user NUMBER or --call-id ID"),
    "no address": (("--target", "10.0.0.1", *FAST), "expected a target such as https://10.0.0.1:28443"),
    "no secret key": (
        ("--target", "https://x", *FAST, "--access-key", "AK1"), "expected the secret key of --access-key in",
    ),
    "no address of recordings": (
        ("--target", "https://x", *FAST, "--recordings-target", "x"), "--recordings-target: expected a",
    ),
    "no tenant's name": (("--target", "https://x", *FAST, "--write", ".yaml"), "--write .yaml: expected a"),
    "no authority": (("--target", "https://x", *FAST, "--ca", "none.pem"), "--ca none.pem: expected a file"),
    "no secret there": (
        ("--target", "https://x", *FAST, "--secret-file", "none"), "--secret-file none: cannot be read",
    ),
    "a folder": (("--target", "https://x", *FAST, "--write", "."), "--write .: expected a file"),
    "no folder": (
        ("--target", "https://x", *FAST, "--junit", "no/x.xml"), "--junit no/x.xml: expected a file",
    ),
    "another ending": (("--target", "https://x", *FAST, "--write", "x.txt"), "a name that ends in .yaml"),
}  # fmt: skip


@pytest.mark.parametrize(("options", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_bad_option_is_one_line_before_any_request(
    options: tuple[str, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["drift", *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--secret", "--appSecret", "--app-secret"])
def test_no_option_takes_the_secret(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["drift", "--target", "https://x", *FAST, option, SECRET])
    assert f"unrecognized arguments: {option}" in capsys.readouterr().err


def test_without_a_secret_the_line_says_where_it_belongs(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("OIFDE_APP_SECRET", " ")
    assert main(["drift", "--target", "https://x", *FAST]) == 2
    assert "expected the appSecret in OIFDE_APP_SECRET, or in a file" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b" \n", b"one\ntwo\n", b"\xff\xfe", b"x" * 5000])
def test_a_file_that_holds_no_secret_is_refused_without_its_content(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    assert main(["drift", "--target", "https://x", *FAST, "--secret-file", str(path)]) == 2
    err = capsys.readouterr().err
    assert str(path) in err
    assert "two" not in err


def test_nobody_there_is_one_line_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    written = tmp_path / "real.yaml"
    options = ("--target", f"https://127.0.0.1:{port}", *FAST, "--write", str(written))
    assert main(["drift", *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"oifde-simulator drift: no token is got: https://127.0.0.1:{port} refuses")
    assert err.count("\n") == 1
    assert not written.exists()


def test_a_wrong_secret_is_one_line_and_exit_code_2(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OIFDE_APP_SECRET", "another-secret")
    assert main(["drift", "--target", url, *FAST]) == 2
    out, err = capsys.readouterr()
    assert err == (
        "oifde-simulator drift: gettoken answers HTTP 200, errorCode 200800002; there is no token; "
        "check tenant, --app-key and secret\n"
    )
    assert out == ""


def test_the_page_names_every_option_and_variable_and_no_other() -> None:
    page = (REPOSITORY / "docs" / "drift.md").read_text()
    of_serve = {"--scenarios", "--settings-from"}
    assert set(re.findall(r"--[a-z][a-z-]*", page)) - of_serve == set(options("drift")) - {"--help"}
    named = set(re.findall(r"OIFDE_[A-Z_]+", page))
    assert named == {f"OIFDE_{name}" for name in (*VARIABLES, "APP_SECRET")}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_prints_and_writes_what_it_has_learnt(
    number: int, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    request = VendorSession.request

    async def interrupted(session: VendorSession, *given: Any) -> Any:
        if session.pace.sent < 40:
            return await request(session, *given)
        signal.raise_signal(number)
        return await asyncio.Event().wait()

    monkeypatch.setattr(VendorSession, "request", interrupted)
    written = tmp_path / "real.yaml"
    assert main(["drift", "--target", url, *FAST, "--write", str(written)]) == 1
    out = capsys.readouterr().out
    assert "40 requests; interrupted" in out
    assert "the run was interrupted" in out
    assert 'time_zone: "+08:00"' in written.read_text()


@pytest.mark.slow(seconds=1)
def test_insecure_is_said(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drift", "--target", url, *FAST, "--insecure"]) == 1
    assert "warning: the certificate was not checked (--insecure)" in capsys.readouterr().out


def test_a_spent_budget_keeps_what_was_learnt(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drift", "--target", url, *FAST, "--max-requests", "15"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "15 requests have been sent; --max-requests allows no more" in out
    assert "; 15 requests" in out


def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "acme.yaml"
    own.write_text("sessions: {}\n")
    assert main(["drift", "--target", "https://x", *FAST, "--write", str(own)]) == 2
    assert "is there already and is not replaced" in capsys.readouterr().err
    assert own.read_text() == "sessions: {}\n"


def test_a_good_file_outlives_a_write_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "real.yaml"
    outputs.replace(path, f"{MARK}\nold\n")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs.os, "fsync", full)
    with pytest.raises(ValueError, match=r"real\.yaml: cannot be written: No space left"):
        outputs.replace(path, f"{MARK}\nnew\n")
    assert path.read_text() == f"{MARK}\nold\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "seconds"), [("1/s", 1.0), ("2/s", 0.5), ("30/m", 2.0), ("0.5/s", 2.0), ("60/h", 60.0)]
)
def test_a_rate_is_the_seconds_between_two_requests(text: str, seconds: float) -> None:
    assert interval(text) == seconds


@pytest.mark.parametrize("text", ["1", "0/s", "-1/s", "1/d", "fast", "1e9/s", "１/s", ""])
def test_another_rate_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["drift", "--target", "https://x", *FAST, f"--rate={text}"])
    assert "expected a rate such as 1/s, 0.5/s or 30/m" in capsys.readouterr().err
