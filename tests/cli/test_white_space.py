"""White space around the texts of options and variables, such as the line feed at the end of a secret."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import pytest

from oifde_simulator.client import Control
from oifde_simulator.config import Settings
from oifde_simulator.config.reading import environment_name, read_settings
from oifde_simulator.pytest_plugin import options as plugin_options
from oifde_simulator.quantities import bearer_token

TOKEN = "a-token-for-this-run"
TEXTS = {
    "no_bundled": "true",
    "watch": "yes",
    "any_credentials": "1",
    "tls_any_certificate": "1",
    "tls_cert_invalid_ok": "1",
    "client_cert": "request",
    "quiet": "1",
    "fail_on_unused": "on",
    "until_eof": "false",
    "scenarios": "one.yaml",
    "tenant": "a=outage",
    "advertise": "https://vendor.example",
    "advertise_recordings": "https://files.example",
    "advertise_control": "http://sim.example:0",
    "tls": "off",
    "tls_name": "vendor.example",
    "port": "0",
    "recordings_port": "0",
    "tls_fault": "expired=0",
    "console": "off",
    "open": "yes",
    "control_port": "0",
    "workers": "2",
    "state": "unix:///run/store.sock",
    "state_fresh": "1",
    "control_token": TOKEN,
    "max_body": "2MiB",
    "bad_json_status": "422",
    "error_status": "500",
    "idle_timeout": "800ms",
    "body_timeout": "2m",
    "write_timeout": "1h",
    "max_waiting": "20",
    "journal_exchanges": "20",
    "journal_tenant_bytes": "1MiB",
    "journal_bytes": "2GiB",
    "log_level": "debug",
    "log_format": "json",
    "repeated_slashes": "accept",
    "trailing_slash": "accept",
    "byte_order_mark": "accept",
    "charset": "declared",
    "max_header_bytes": "16KiB",
    "max_headers": "200",
}
"""Texts of settings that do not take every one."""
SETTINGS = {entry.name: entry for entry in fields(Settings)}
LISTS = {name for name, entry in SETTINGS.items() if entry.metadata["separator"]}


@pytest.mark.parametrize("ends", ["%s\n", "%s\r\n", " %s", "\t%s \n"], ids=repr)
@pytest.mark.parametrize("name", SETTINGS)
def test_white_space_around_a_text_means_nothing(name: str, ends: str) -> None:
    text = TEXTS.get(name, "some/text")
    path = SETTINGS[name].metadata["read"] is Path
    if path and name not in LISTS and ends not in ("%s\n", "%s\r\n"):
        return  # a name of a file may begin and end with blanks
    variable = environment_name(SETTINGS[name])
    assert read_settings({}, {variable: ends % text}) == read_settings({}, {variable: text})
    if isinstance(SETTINGS[name].default, bool) or path:
        return
    given, plain = ([ends % text], [text]) if name in LISTS else (ends % text, text)
    assert read_settings({name: given}, {}) == read_settings({name: plain}, {})


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("TENANT", "a=outage, b=slow", "tenant", (("a", "outage"), ("b", "slow"))),
        ("TENANT", " a = outage ,\n b= slow,", "tenant", (("a", "outage"), ("b", "slow"))),
        ("TLS_NAME", "simulator, sim.test", "tls_name", ("simulator", "sim.test")),
        ("TLS_NAME", ",a,,b,", "tls_name", ("a", "b")),
        (
            "SCENARIOS",
            f"one.yaml{os.pathsep} two.yaml{os.pathsep}",
            "scenarios",
            (Path("one.yaml"), Path("two.yaml")),
        ),
    ],
)
def test_a_list_may_have_blanks_and_separators_at_its_end(
    variable: str, text: str, name: str, value: tuple[object, ...]
) -> None:
    assert getattr(read_settings({}, {f"OIFDE_SIMULATOR_{variable}": text}), name) == value


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_variable_of_nothing_but_white_space_is_none(name: str) -> None:
    assert read_settings({}, {environment_name(SETTINGS[name]): " \n"}) == Settings()


def test_an_option_of_nothing_but_white_space_is_refused() -> None:
    """Or a host of a blank would listen on every interface."""
    with pytest.raises(ValueError, match="--host: expected a value, found nothing but white space"):
        read_settings({"host": " "}, {})


def test_the_name_of_a_file_keeps_its_blanks() -> None:
    assert read_settings({"ready_file": " ready .json "}, {}).ready_file == Path(" ready .json ")


# Tokens


@pytest.mark.parametrize(
    ("token", "flaw"),
    [
        (f"{TOKEN} {TOKEN}", "white space or a line feed inside it"),
        (f"{TOKEN}\n{TOKEN}", "white space or a line feed inside it"),
        ("short", "one of 5 characters"),
        (f"{TOKEN}é", "one with other characters"),
    ],
)
def test_a_token_that_does_not_do_is_told_by_its_source_and_never_shown(token: str, flaw: str) -> None:
    with pytest.raises(ValueError, match=flaw) as refused:
        read_settings({}, {"OIFDE_SIMULATOR_CONTROL_TOKEN": token})
    assert str(refused.value).startswith(
        "OIFDE_SIMULATOR_CONTROL_TOKEN: expected a token of 8 to 256 letters"
    )
    assert token not in str(refused.value)
    with pytest.raises(ValueError, match=flaw):
        bearer_token(token)


@pytest.mark.parametrize(
    "token", [f"{TOKEN}\n{TOKEN}", f"{TOKEN} {TOKEN}", f"{TOKEN}\x7f", f"{TOKEN}你"], ids=ascii
)
def test_the_client_names_the_variable_and_never_shows_the_token(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIFDE_CONTROL_TOKEN", token)
    with pytest.raises(ValueError, match="OIFDE_CONTROL_TOKEN") as refused:
        Control.from_environment()
    shown = str(refused.getrepr(showlocals=True, style="long", tbfilter=False))
    assert TOKEN not in shown.replace(repr(token), "")[shown.find("control.py") :]
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("ends", ["%s\n", " %s\r\n"], ids=repr)
def test_the_client_drops_the_white_space_around(ends: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIFDE_CONTROL", ends % "http://127.0.0.1:9/")
    monkeypatch.setenv("OIFDE_CONTROL_TOKEN", ends % TOKEN)
    with Control.from_environment() as control:
        assert control.url == "http://127.0.0.1:9"
        assert f"Authorization: Bearer {TOKEN}\r\n" in control._transport.endpoint._fixed
    monkeypatch.setenv("OIFDE_CONTROL_TOKEN", "\n")
    with Control.from_environment() as control:
        assert "Authorization" not in control._transport.endpoint._fixed


def test_the_plugin_drops_it_too(monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> None:
    monkeypatch.setenv("OIFDE_CONTROL", "http://127.0.0.1:9\n")
    monkeypatch.setenv("OIFDE_CONTROL_TOKEN", f"{TOKEN}\n")
    assert plugin_options.running_server(pytestconfig) == ("http://127.0.0.1:9", TOKEN)


def test_an_empty_token_is_told_as_empty() -> None:
    with pytest.raises(ValueError, match=r"found one of 0 characters; it is empty: is the variable set\?$"):
        bearer_token("")
