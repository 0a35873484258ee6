"""`--recordings-port`: a second port on which downloads of recordings alone are answered."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from conftest import QUERY
from controlling import Controlling
from oifde_simulator.client import Control, SimulatedTenant
from oifde_simulator.config import Settings
from oifde_simulator.config.reading import read_settings
from oifde_simulator.immediate import immediate
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.pytest_plugin.astray import format_astray
from oifde_simulator.runtime.banner import banner
from oifde_simulator.runtime.child.environment import child_environment
from oifde_simulator.runtime.embedding import running as embedded
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.runtime.server.registry import registry
from oifde_simulator.web.control_plane import openapi
from recording_download import PATH as DOWNLOAD
from serving import Answer, Peer, post, running

FILE = "Y:/39/odfsrecord/20260101/x.wav"
RECORD = {
    "callSorId": "18000000001", "calledNumber": "955500001", "startTime": 1_767_225_600_000,
    "endTime": 1_767_225_601_000, "businessInfoStr": json.dumps({"recordFileName": FILE}),
}  # fmt: skip
ACME = f'clock: "2026-01-02T00:00:00Z"\nsessions: {{records: [{json.dumps(RECORD)}]}}\n'
BODY = {"request": {"version": "2.0"}, "msgBody": {"fileName": FILE}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / "acme.yaml").write_text(ACME)
    with running(scenarios=(folder,), no_bundled=True, recordings_port=0) as simulator:
        yield simulator


@pytest.fixture
def control(server: Simulator) -> Controlling:
    return Controlling(server)


def asked(url: str, path: str, body: Any = BODY, method: str = "POST") -> Answer:
    octets = json.dumps(body).encode()
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: auth-v2/acme/-/-/-\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(octets)}\r\nConnection: close\r\n\r\n"
    )
    with Peer(url) as peer:
        peer.send(head.encode() + octets)
        return peer.answer(bodiless=method == "HEAD")


def newest(control: Controlling) -> dict[str, Any]:
    last = control("GET", "/journal?limit=1").json["last"]
    answer = control("GET", f"/journal/{last}").json
    assert isinstance(answer, dict)
    return answer


def test_a_recording_is_downloaded_from_either_port(server: Simulator, control: Controlling) -> None:
    assert server.recordings_url != server.data_url
    first, second = asked(server.data_url, DOWNLOAD), asked(server.recordings_url, DOWNLOAD + "?locationId=1")
    assert first.body == second.body
    assert (first.status, first.body[:4], len(first.body)) == (200, b"RIFF", 58 + 8000)
    entry = newest(control)
    assert (entry["tenant"], entry["endpoint"], entry["request"]["port"]) == (
        "acme", "downloadOiapRecord", "recordings",
    )  # fmt: skip
    asked(server.data_url, DOWNLOAD)
    assert "port" not in newest(control)["request"]


OTHERS = [
    QUERY,
    "/oifde/rest/api/gettoken",
    "/oifde/rest/api/servicemonitor",
    "/nowhere",
    DOWNLOAD + "/",
    "/",
]


@pytest.mark.parametrize("path", OTHERS)
def test_any_other_path_is_a_404_there_that_names_the_port(
    server: Simulator, control: Controlling, path: str
) -> None:
    answer = asked(server.recordings_url, path)
    assert (answer.status, answer.json["resultCode"]) == (404, "0300004")
    entry = newest(control)
    assert (entry["tenant"], entry["endpoint"], entry["request"]["port"]) == (None, None, "recordings")
    (problem,) = entry["problems"]
    assert f"path {json.dumps(path)} on the recordings port, which answers {DOWNLOAD} only" in problem
    assert described(entry, "ExchangeInWhole")


def test_the_journal_of_such_a_404_has_no_credential(server: Simulator, control: Controlling) -> None:
    asked(server.recordings_url, QUERY + "?authToken=top-secret-text", {"authToken": "top-secret-text"})
    entry = newest(control)
    assert (entry["status"], entry["errorCode"]) == (404, 300004)
    assert "top-secret-text" not in json.dumps(entry)


def described(answer: Any, name: str) -> bool:
    """Check that an answer is what the document says of it."""
    whole = openapi.document()
    return Schema({"$ref": f"#/components/schemas/{name}", "components": whole["components"]}).accepts(answer)


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS"])
def test_another_method_is_the_405_of_the_operation(server: Simulator, method: str) -> None:
    answer = asked(server.recordings_url, DOWNLOAD, method=method)
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


def test_bytes_that_are_no_http_are_on_record_with_their_port(
    server: Simulator, control: Controlling
) -> None:
    with Peer(server.recordings_url) as peer:
        peer.send(b"\x16\x03\x01 no HTTP\r\n\r\n")
        assert peer.answer().status == 400
    assert newest(control)["request"]["port"] == "recordings"


def test_both_ports_close_and_open_together(server: Simulator, control: Controlling) -> None:
    closed = control("PUT", "/listener", {"open": False}).json
    assert (closed["open"], closed["recordingsUrl"]) == (False, server.recordings_url)
    assert described(closed, "Listener")
    assert control("GET", "/readyz").status == 503
    for url in (server.data_url, server.recordings_url):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", urlsplit(url).port or 0))
    assert control("PUT", "/listener", {"open": True}).json["open"]
    assert control("GET", "/readyz").status == 200
    assert [asked(url, DOWNLOAD).status for url in (server.data_url, server.recordings_url)] == [200, 200]
    assert asked(server.recordings_url, QUERY).status == 404


def test_the_url_is_handed_out_with_each_tenant(server: Simulator, control: Controlling) -> None:
    made = control("POST", "/tenants", {"scenario": "acme"}).json
    assert (made["url"], made["recordingsUrl"]) == (server.data_url, server.recordings_url)
    with Control(server.control_url) as client, SimulatedTenant.made(client, "acme") as tenant:
        assert tenant.recordings_url == server.recordings_url
        assert client.listener().recordings_url == server.recordings_url


def test_without_the_option_it_is_the_one_port_there_is() -> None:
    with running(no_bundled=False) as simulator, Control(simulator.control_url) as client:
        assert simulator.recordings_url == simulator.data_url
        assert client.listener().recordings_url is None
        with SimulatedTenant.made(client, "tenant001") as tenant:
            assert tenant.recordings_url == tenant.url
        with child_environment(simulator, {}) as environment:
            assert environment["OIFDE_RECORDINGS_URL"] == simulator.data_url


def test_start_banner_and_command_tell_it(server: Simulator) -> None:
    given = {"data_url": server.data_url, "control_url": "http://c", "authority": False}
    lines = immediate(
        banner(server.tenants, Settings(), recordings_url=server.recordings_url, **given)
    ).splitlines()
    assert f"  recordings     {server.recordings_url}   (downloads alone)" in lines
    with child_environment(server, {}) as environment:
        assert environment["OIFDE_RECORDINGS_URL"] == server.recordings_url


def test_an_embedded_server_has_tls_on_both_and_tells_them_in_its_ready_file(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    chosen = read_settings(
        {"port": "0", "control_port": "0"},
        {"OIFDE_SIMULATOR_RECORDINGS_PORT": "0", "OIFDE_SIMULATOR_READY_FILE": str(ready)},
    )
    with embedded(chosen) as simulator:
        told = json.loads(ready.read_text())
        assert (told["data"], told["recordings"]) == (simulator.data_url, simulator.recordings_url)
        assert simulator.recordings_url.startswith("https://")
        with Peer(simulator.recordings_url, simulator.ca_pem) as peer:
            peer.send(post(b"{}"))
            assert peer.answer().status == 404


@pytest.mark.parametrize("same", [True, False], ids=["as the other port", "another program's"])
async def test_a_busy_port_names_the_option(same: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = (free if same else taken).getsockname()[1]
        free.close()
        chosen = Settings(
            port=number if same else 0, recordings_port=number, control_port=0, tls="off", no_bundled=True
        )
        simulator = Simulator(chosen, registry(chosen, {}))
        wanted = (
            f"cannot listen on 127.0.0.1:{number}: the port is in use; choose another with --recordings-port,"
        )
        with pytest.raises(OSError, match=re.escape(wanted)):
            await simulator.start()
    await asyncio.sleep(0)


def test_a_number_that_is_no_port_names_the_variable() -> None:
    with pytest.raises(ValueError, match="OIFDE_SIMULATOR_RECORDINGS_PORT: "):
        read_settings({}, {"OIFDE_SIMULATOR_RECORDINGS_PORT": "70000"})


def test_the_report_of_a_failed_test_says_that_it_is_the_wrong_port(
    server: Simulator, control: Controlling
) -> None:
    asked(server.recordings_url, QUERY)
    with Control(server.control_url) as client:
        entry = client.exchanges(tenant=False, since=newest(control)["number"] - 1).entries[-1]
        said = format_astray(client, entry, [])
    assert "it came by the recordings port; give the client the tenant's url" in said
    assert "did you mean" not in said
