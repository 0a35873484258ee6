"""The environment of a command that `run` starts: proxies are passed by, files are written where needed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import proxy_bypass_environment

import httpx
import pytest

from oifde_simulator.cli import main
from oifde_simulator.runtime.child.environment import child_environment
from oifde_simulator.runtime.embedding import spawned

LOOPBACK = "localhost,127.0.0.1,::1"


def variables(
    inherited: Mapping[str, str],
    *,
    data: str = "http://127.0.0.1:1",
    pem: bytes | None = None,
    faults: Sequence[tuple[str, str]] = (),
) -> Mapping[str, str]:
    server: Any = SimpleNamespace(
        data_url=data,
        recordings_url=data,
        control_url="http://127.0.0.1:2",
        tls_faults=faults,
        token=None,
        ca_pem=pem,
        client_pem=lambda: None,
    )
    with child_environment(server, inherited) as environment:
        return environment


# name: (inherited, NO_PROXY, no_proxy)
EXCEPTIONS = {
    "none yet": ({}, LOOPBACK, LOOPBACK),
    "each keeps its own": (
        {"NO_PROXY": "corp", "no_proxy": "lower"},
        f"corp,{LOOPBACK}",
        f"lower,{LOOPBACK}",
    ),
    "one of them, which the other would hide": (
        {"NO_PROXY": "corp"},
        f"corp,{LOOPBACK}",
        f"corp,{LOOPBACK}",
    ),
    "an empty one": ({"NO_PROXY": "corp", "no_proxy": ""}, f"corp,{LOOPBACK}", LOOPBACK),
    "some are there": ({"no_proxy": "LOCALHOST, ::1,"}, *["LOCALHOST,::1,127.0.0.1"] * 2),
    "everything": ({"no_proxy": "*"}, "*", "*"),
}


@pytest.mark.parametrize(("inherited", "upper", "lower"), EXCEPTIONS.values(), ids=EXCEPTIONS.keys())
def test_this_machine_is_reached_without_a_proxy(inherited: dict[str, str], upper: str, lower: str) -> None:
    found = variables(inherited)
    assert (found["NO_PROXY"], found["no_proxy"]) == (upper, lower)


def test_each_fault_of_tls_has_a_variable_and_none_of_an_outer_server_is_left() -> None:
    faults = [("wrong-host", "https://a"), ("cut", "https://b"), ("wrong-host", "https://c")]
    found = variables({"OIFDE_TLS_EXPIRED_URL": "https://outer"}, faults=faults)
    assert {name: text for name, text in found.items() if name.startswith("OIFDE_TLS_")} == {
        "OIFDE_TLS_WRONG_HOST_URL": "https://a",
        "OIFDE_TLS_CUT_URL": "https://b",
    }


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "[::1]", "sim.example"])
def test_python_asks_the_server_itself_wherever_it_listens(host: str) -> None:
    found = variables({"no_proxy": "corp.invalid"}, data=f"http://{host}:8443")
    assert proxy_bypass_environment(f"{host}:8443", {"no": found["no_proxy"]})
    assert proxy_bypass_environment("corp.invalid", {"no": found["no_proxy"]})
    assert not proxy_bypass_environment("elsewhere.example", {"no": found["no_proxy"]})


def test_httpx_takes_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    found = variables({"NO_PROXY": "corp.invalid"})
    monkeypatch.setenv("NO_PROXY", found["NO_PROXY"])
    monkeypatch.setenv("no_proxy", found["no_proxy"])
    httpx.Client().close()


def test_what_else_is_inherited_stays() -> None:
    found = variables({"HOME": "/home/me", "OIFDE_URL": "http://old"})
    assert (found["HOME"], found["OIFDE_URL"]) == ("/home/me", "http://127.0.0.1:1")


def test_without_client_certificates_their_variable_is_empty() -> None:
    assert variables({"OIFDE_CLIENT_FILE": "old.pem"}, pem=b"PEM")["OIFDE_CLIENT_FILE"] == ""


def test_the_authority_is_a_file_for_the_time_of_the_command() -> None:
    server: Any = SimpleNamespace(
        data_url="",
        recordings_url="",
        control_url="",
        tls_faults=(),
        token=None,
        ca_pem=b"PEM",
        client_pem=lambda: b"KEY",
    )
    with child_environment(server, {}) as environment:
        assert Path(environment["OIFDE_CA_FILE"]).read_bytes() == b"PEM"
        assert Path(environment["OIFDE_CLIENT_FILE"]).read_bytes() == b"KEY"
    assert not os.path.exists(environment["OIFDE_CA_FILE"])
    assert not os.path.exists(environment["OIFDE_CLIENT_FILE"])


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp', '/var/tmp', '/usr/tmp']")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)


@pytest.mark.usefixtures("read_only")
def test_without_tls_a_read_only_file_system_will_do() -> None:
    assert main(["run", "--tls", "off", "--", "true"]) == 0


@pytest.mark.usefixtures("read_only")
def test_a_read_only_file_system_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--", "true"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(
        "oifde-simulator run: the folder for temporary files: expected a writable one, found none;"
    )
    assert "TMPDIR" in said
    assert "emptyDir" in said
    assert len(said.splitlines()) == 1
    with pytest.raises(ValueError, match="TMPDIR"), spawned():
        pytest.fail("it started")
