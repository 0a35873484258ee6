"""The command line: commands, options, environment and exit codes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, TextIO

import pytest

from oifde_simulator import __version__
from oifde_simulator.cli import COMMANDS, main
from oifde_simulator.cli.parser import Parser
from oifde_simulator.config import Settings
from oifde_simulator.config.reading import environment_name, flag_name
from oifde_simulator.runtime import serve as runtime_serve
from oifde_simulator.runtime.workers import serve as workers_serve
from serving import REPOSITORY, environment, run

GOOD = 'sessions: {records: [{callSorId: "1", calledNumber: "955500001", startTime: 1618558942000}]}\n'
BAD = "clock: yesterday\nsesions: {}\n"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for entry in fields(Settings):
        monkeypatch.delenv(environment_name(entry), raising=False)


def leaves(*arguments: str) -> int:
    """Run a command that argparse itself ends and return its exit code."""
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert isinstance(exit_.value.code, int)
    return exit_.value.code


# In general


def test_help_names_the_commands_with_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert leaves("--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert list(COMMANDS) == [
        "serve", "run", "check", "scenarios", "new", "explain", "sessions", "drift", "record", "readyz",
    ]  # fmt: skip
    for command, summary in COMMANDS.items():
        assert f" {command} {summary} " in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert leaves(command, "--help") == 0
    assert capsys.readouterr().out.startswith(f"usage: oifde-simulator {command} [")


def test_only_the_parser_of_the_asked_command_is_built(
    seen: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []
    initialize = Parser.__init__

    def record(parser: Parser, *positional: Any, **named: Any) -> None:
        built.append(named["prog"])
        initialize(parser, *positional, **named)

    monkeypatch.setattr(Parser, "__init__", record)
    assert main(["serve"]) == 0
    assert built == ["oifde-simulator serve"]


LISTS_COMMANDS = """
import sys
from oifde_simulator.cli import COMMANDS, main
code = main(sys.argv[1:])
print(code, *(name for name in COMMANDS if f"oifde_simulator.cli.{name}" in sys.modules))
"""


@pytest.mark.slow(seconds=1)
def test_only_the_file_of_the_asked_command_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LISTS_COMMANDS, "check", str(REPOSITORY / "scenarios" / "tenant001.yaml")],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "0 check"


@pytest.mark.parametrize(
    ("written", "end"),
    [
        ("chekc", '; did you mean "check"?; see'),
        ("SERVE", '; did you mean "serve"?; see'),
        ("start", "; see"),
    ],
)
def test_an_unknown_command_is_told_with_the_nearest_one(
    written: str, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leaves(written, "--port", "1") == 2
    assert capsys.readouterr().err == (
        f'oifde-simulator: unknown command "{written}"{end} oifde-simulator --help\n'
    )


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert leaves("--version") == 0
    assert capsys.readouterr().out == f"oifde-simulator {__version__}\n"


WRONG_COMMANDS = {
    "no command": ((), "required: COMMAND"),
    "another command": (("start",), "start"),
    "another option": (("serve", "--prot", "1"), "--prot"),
    "an option without its value": (("serve", "--port"), "--port"),
    "an argument to serve": (("serve", "acme.yaml"), "acme.yaml"),
    "check of nothing": (("check",), "PATH"),
}


@pytest.mark.parametrize(("arguments", "word"), WRONG_COMMANDS.values(), ids=WRONG_COMMANDS.keys())
def test_a_wrong_command_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], word: str
) -> None:
    assert leaves(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith("oifde-simulator")
    assert word in said.err
    assert "--help" in said.err


def test_python_m_oifde_simulator_is_the_same_command() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"oifde-simulator {__version__}\n", "")


def test_the_installed_command_is_there() -> None:
    installed = Path(sys.executable).with_name("oifde-simulator")
    if not installed.exists():
        pytest.skip("oifde-simulator is not installed beside this Python")
    done = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"oifde-simulator {__version__}\n"


# check


def test_check_of_good_files_is_a_line_each_and_exit_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "acme.yaml").write_text(GOOD)
    (tmp_path / "quiet.yml").write_text("tenant: {id: calm}\n")
    assert main(["check", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path}/acme.yaml: good: tenant acme, 1 record, 0 rules",
        f"{tmp_path}/quiet.yml: good: tenant calm, 0 records, 0 rules",
    ]


def test_check_of_bad_files_is_a_line_an_error_and_exit_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in (("a.yaml", BAD), ("b.yaml", GOOD), ("c.yaml", "]")):
        (tmp_path / name).write_text(text)
    assert main(["check", str(tmp_path / "b.yaml"), str(tmp_path / "a.yaml"), str(tmp_path)]) == 1
    said = [line.removeprefix(f"{tmp_path}/") for line in capsys.readouterr().out.splitlines()]
    assert [line.split(": ")[0] for line in said] == [
        *("b.yaml", "a.yaml:1:8", "a.yaml:2:1"),
        *("a.yaml:1:8", "a.yaml:2:1", "b.yaml", "c.yaml:1:1"),
    ]
    assert 'did you mean "sessions"?' in said[2]


# name: (what is there, words of the line)
UNREADABLE = {
    "nothing": (None, "No such file"),
    "an empty folder": ({}, "no scenario in this folder"),
    "a folder without scenarios": ({"readme.txt": "hello"}, "no scenario in this folder"),
}


@pytest.mark.parametrize(("content", "words"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_check_of_what_is_no_scenario_is_a_line_and_exit_1_and_the_rest_is_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: dict[str, str] | None, words: str
) -> None:
    place, good = tmp_path / "place", tmp_path / "good.yaml"
    good.write_text(GOOD)
    if content is not None:
        place.mkdir()
        for name, text in content.items():
            (place / name).write_text(text)
    assert main(["check", str(place), str(good)]) == 1
    first, *left_out, second = capsys.readouterr().out.splitlines()
    assert len(left_out) == len(content or ())
    assert first.startswith(f"{place}: ")
    assert words in first
    assert second == f"{good}: good: tenant good, 1 record, 0 rules"


def test_check_of_a_file_that_is_hardly_meant_so_warns_and_is_exit_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text("rules:\n  - {name: all, respond: {status: 503}}\n  - {name: none, faults: [reset]}\n")
    assert main(["check", str(path)]) == 0
    warning, good = capsys.readouterr().out.splitlines()
    assert warning.startswith(f"{path}:3:5: rules[1]: can never fire: all in line 2 takes every request")
    assert warning.endswith(" (warning)")
    assert good == f"{path}: good: tenant acme, 0 records, 2 rules"


def test_check_strict_exits_1_for_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text("rules: [{state: {is: downn}, token: expire}]\n")
    assert main(["check", str(tmp_path)]) == 0
    plain = capsys.readouterr().out
    assert plain.count("(warning)") == 1
    assert main(["check", "--strict", str(tmp_path)]) == 1
    assert capsys.readouterr().out == plain


def test_check_strict_of_good_files_exits_0(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(GOOD)
    assert main(["check", "--strict", str(tmp_path)]) == 0


def test_check_of_two_files_with_one_tenant_fails_and_names_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("tenant: {id: acme}\n")
    assert main(["check", str(tmp_path), str(tmp_path / "a.yaml")]) == 1
    *files, warning = capsys.readouterr().out.splitlines()
    assert len(files) == 3
    assert warning == (
        f"{tmp_path}/b.yaml: has the tenant acme, and so has {tmp_path}/a.yaml; "
        "give one of them another tenant.id, or take one away"
    )


def test_the_bundled_scenarios_are_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(REPOSITORY / "scenarios")]) == 0
    assert "tenant paging, 250 records, 0 rules" in capsys.readouterr().out


# serve and its settings


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Settings that `serve` was started with."""
    found: list[Settings] = []

    def serve(settings: Settings, out: TextIO, authority: object = None) -> int:
        found.append(settings)
        return 0

    monkeypatch.setattr(runtime_serve, "serve", serve)
    monkeypatch.setattr(workers_serve, "serve", serve)
    return found


# setting: (text, what is read from it)
TEXTS: dict[str, tuple[str, Any]] = {
    "scenarios": ("more", (Path("more"),)),
    "no_bundled": ("true", True),
    "population": ("full", "full"),
    "watch": ("true", True),
    "tenant": ("ours=paging", (("ours", "paging"),)),
    "tenantless": ("ours", "ours"),
    "settings_from": ("ours", "ours"),
    "recordings_tenant": ("ours", "ours"),
    "any_credentials": ("true", True),
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("1234", 1234),
    "recordings_port": ("0", 0),
    "advertise": ("https://vendor.example/", "https://vendor.example"),
    "advertise_recordings": ("https://files.example", "https://files.example"),
    "tls": ("off", "off"),
    "tls_name": ("vendor.example", ("vendor.example",)),
    "tls_dir": ("ours", Path("ours")),
    "tls_cert": ("c.pem", Path("c.pem")),
    "tls_key": ("k.pem", Path("k.pem")),
    "tls_any_certificate": ("true", True),
    "tls_cert_invalid_ok": ("true", True),
    "client_ca": ("clients.pem", Path("clients.pem")),
    "client_cert": ("request", "request"),
    "tls_fault": ("expired=944", (("expired", 944),)),
    "control_host": ("::1", "::1"),
    "control_port": ("0", 0),
    "advertise_control": ("http://sim.example:80", "http://sim.example:80"),
    "workers": ("4", 4),
    "state": ("unix:///run/store.sock", "unix:///run/store.sock"),
    "state_prefix": ("mine:", "mine:"),
    "state_fresh": ("true", True),
    "seed": ("another", "another"),
    "max_body": ("2MiB", 2 << 20),
    "bad_json_status": ("422", 422),
    "error_status": ("500", 500),
    "repeated_slashes": ("accept", "accept"),
    "trailing_slash": ("accept", "accept"),
    "byte_order_mark": ("accept", "accept"),
    "charset": ("declared", "declared"),
    "max_header_bytes": ("16KiB", 16 << 10),
    "max_headers": ("200", 200),
    "idle_timeout": ("800ms", 0.8),
    "body_timeout": ("2m", 120.0),
    "write_timeout": ("1h", 3600.0),
    "max_waiting": ("20", 20),
    "journal_exchanges": ("20", 20),
    "journal_tenant_bytes": ("1MiB", 1 << 20),
    "journal_bytes": ("2GiB", 2 << 30),
    "control_token": ("0123456789abcdef", "0123456789abcdef"),
    "console": ("off", "off"),
    "open": ("true", True),
    "ready_file": ("ready.json", Path("ready.json")),
    "fail_on_unused": ("true", True),
    "until_eof": ("true", True),
    "log_level": ("debug", "debug"),
    "log_format": ("json", "json"),
    "log_file": ("/x/log", Path("/x/log")),
    "quiet": ("true", True),
}
SETTINGS = {entry.name: entry for entry in fields(Settings)}


def test_the_table_of_texts_is_complete() -> None:
    assert TEXTS.keys() == SETTINGS.keys()
    assert all(value != SETTINGS[name].default for name, (_, value) in TEXTS.items())


@pytest.mark.parametrize("name", TEXTS)
def test_every_setting_has_an_environment_variable(
    seen: list[Settings], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    text, value = TEXTS[name]
    monkeypatch.setenv("OIFDE_SIMULATOR_" + name.upper(), text)
    assert main(["serve"]) == 0
    assert seen == [Settings(**{name: value})]


@pytest.mark.parametrize("name", TEXTS)
def test_every_setting_has_an_option_which_wins_over_the_environment(
    seen: list[Settings], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    text, value = TEXTS[name]
    monkeypatch.setenv("OIFDE_SIMULATOR_" + name.upper(), "false" if value is True else text + "1")
    option = "--" + name.replace("_", "-")
    assert main(["serve", option] if value is True else ["serve", option, text]) == 0
    assert seen == [Settings(**{name: value})]


def test_nothing_given_means_the_documented_defaults(seen: list[Settings]) -> None:
    assert main(["serve"]) == 0
    assert seen == [Settings()]
    assert (Settings().host, Settings().port, Settings().control_port) == ("127.0.0.1", 8443, 8444)
    assert (Settings().tls, Settings().max_body) == ("auto", 1 << 20)


def test_what_is_repeatable_takes_several(seen: list[Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIFDE_SIMULATOR_SCENARIOS", "one.yaml:two")
    monkeypatch.setenv("OIFDE_SIMULATOR_TENANT", "a=paging,b=paging")
    assert main(["serve", "--tls-name", "a.example", "--tls-name", "b.example"]) == 0
    assert seen[0].scenarios == (Path("one.yaml"), Path("two"))
    assert seen[0].tenant == (("a", "paging"), ("b", "paging"))
    assert seen[0].tls_name == ("a.example", "b.example")


def test_an_empty_variable_counts_as_not_set(seen: list[Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIFDE_SIMULATOR_PORT", "")
    assert main(["serve"]) == 0
    assert seen == [Settings()]


def test_a_variable_that_is_no_setting_is_told_in_a_line(
    seen: list[Settings], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OIFDE_SIMULATOR_PROT", "1")
    monkeypatch.setenv("OIFDE_SIMULATOR_XYZZY_PLUGH", "1")
    monkeypatch.setenv("OIFDE_SIMULATOR_STATE_USER", "me")
    monkeypatch.setenv("OIFDE_SIMULATOR_STATE_PASSWORD", "secret")  # both have no option
    assert main(["serve"]) == 0
    assert capsys.readouterr().err == (
        "oifde-simulator serve: OIFDE_SIMULATOR_PROT is ignored: no such setting, did you mean "
        "OIFDE_SIMULATOR_PORT?; OIFDE_SIMULATOR_XYZZY_PLUGH is ignored: no such setting\n"
    )
    assert seen == [Settings()]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--tls-dir", "ours"), "--tls-dir is"),
        (("--tls-name", "a.example", "--tls-cert-invalid-ok"), "--tls-name, --tls-cert-invalid-ok are"),
        (("--tls-any-certificate",), "--tls-any-certificate is"),
    ],
)
def test_options_of_tls_beside_tls_off_are_told_in_a_line(
    seen: list[Settings], capsys: pytest.CaptureFixture[str], options: tuple[str, ...], names: str
) -> None:
    assert main(["serve", "--tls", "off", *options]) == 0
    assert capsys.readouterr().err == (
        f"oifde-simulator serve: --tls off: {names} ignored; leave --tls off out for TLS\n"
    )
    assert main(["serve", "--tls", "off", "--quiet", *options]) == 0
    assert main(["serve", *options]) == 0
    assert not capsys.readouterr().err


def test_a_port_that_is_none_is_told_with_what_is_expected(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", "abc"]) == 2
    assert 'expected a port from 0 to 65535 (0 picks a free one), found "abc"' in capsys.readouterr().err


def test_help_of_serve_says_every_option_and_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert leaves("serve", "--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    for name, entry in SETTINGS.items():
        assert (f" {flag_name(entry)} " in said) is (name != "tls_any_certificate"), (
            "an older name is not told"
        )
    for default in ("8443", "8444", "127.0.0.1", "1048576", "75s", "30s", "60s", "auto", "400", "200"):
        assert f"(default: {default})" in said
    assert "OIFDE_SIMULATOR_SCENARIOS" in said
    assert "--tls auto|off " in said
    assert (
        "gets one JSON object {data, control, console, pid} once both planes listen; removed at exit" in said
    )


# name: (setting, text)
BAD_TEXTS = {
    "a port too high": ("port", "65536"),
    "a port that is a word": ("control_port", "https"),
    "a full-width port": ("port", "８４４３"),
    "a negative limit": ("max_body", "-1"),
    "no limit": ("max_body", "0"),
    "a status of three hundred thousand": ("error_status", "300000"),
    "a status below 200": ("bad_json_status", "100"),
    "a duration without its unit": ("idle_timeout", "30"),
    "a duration of nothing": ("body_timeout", "0s"),
    "half a pair": ("tenant", "acme"),
    "another word for TLS": ("tls", "on"),
    "another level": ("log_level", "chatty"),
}


@pytest.mark.parametrize("by_environment", [False, True], ids=["option", "environment"])
@pytest.mark.parametrize(("name", "text"), BAD_TEXTS.values(), ids=BAD_TEXTS.keys())
def test_a_bad_value_is_one_line_that_names_it_and_exit_2(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    text: str,
    by_environment: bool,
) -> None:
    variable, option = environment_name(SETTINGS[name]), flag_name(SETTINGS[name])
    if by_environment:
        monkeypatch.setenv(variable, text)
    assert main(["serve"] if by_environment else ["serve", f"{option}={text}"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith(f"oifde-simulator serve: {variable if by_environment else option}: expected ")
    assert f'found "{text}"' in said.err


def test_a_flag_in_the_environment_says_yes_or_no(
    seen: list[Settings], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in ("0", "false", "No", "OFF"):
        monkeypatch.setenv("OIFDE_SIMULATOR_NO_BUNDLED", text)
        assert main(["serve"]) == 0
    assert seen == [Settings()] * 4
    monkeypatch.setenv("OIFDE_SIMULATOR_NO_BUNDLED", "maybe")
    assert main(["serve"]) == 2
    assert 'OIFDE_SIMULATOR_NO_BUNDLED: expected true or false, found "maybe"' in capsys.readouterr().err
