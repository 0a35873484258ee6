"""Incidents of connections: handshakes, certificates, a closed port, a request that is never answered."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from controlling import Controlling
from incidents import World, plays
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.tls.certificates.client_certificates import foreign
from serving import PATIENCE, running

CERTIFICATES = ("expired", "not-yet-valid", "wrong-host", "self-signed")


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    with running(tls="auto", client_cert="request", tls_fault=(("hanging", 0),)) as simulator:
        yield simulator


@pytest.fixture
def control(server: Simulator) -> Iterator[Controlling]:
    controlling = Controlling(server)
    yield controlling
    controlling("PUT", "/listener", {"tls": "good"})
    controlling("PUT", "/listener", {"open": True})


def refused(
    server: Simulator, url: str, *, certificate: Path | None = None, seconds: float = PATIENCE
) -> str:
    """Shake hands as a client that trusts the simulator's authority; why that fails, or ""."""
    client = ssl.create_default_context(cadata=(server.ca_pem or b"").decode())
    client.maximum_version = ssl.TLSVersion.TLSv1_2  # so that the handshake tells the client all
    if certificate:
        client.load_cert_chain(certificate)
    try:
        with (
            socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), seconds) as plain,
            client.wrap_socket(plain, server_hostname="localhost"),
        ):
            return ""
    except OSError as error:
        return str(error)


def test_the_connection_is_accepted_and_the_handshake_hangs(server: Simulator) -> None:
    url = dict(server.tls_faults)["hanging"]
    assert "timed out" in refused(server, url, seconds=0.05)
    assert refused(server, server.data_url) == ""


@pytest.mark.parametrize("fault", CERTIFICATES)
def test_the_certificate_is_bad_for_a_while(server: Simulator, control: Controlling, fault: str) -> None:
    assert control("PUT", "/listener", {"tls": fault, "ttl": "30s"}).json["tls"] == fault
    assert "certificate verify failed" in refused(server, server.data_url)
    control("PUT", "/listener", {"tls": "good"})
    assert refused(server, server.data_url) == ""


def test_connections_are_refused_for_20_seconds(server: Simulator, control: Controlling) -> None:
    closed = control("PUT", "/listener", {"open": False, "ttl": "20s"}).json
    assert (closed["open"], 19 < closed["ttl"] <= 20) == (False, True)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(server.data_url).port or 0), PATIENCE)


def test_a_client_certificate_of_the_wrong_authority_is_refused(server: Simulator, tmp_path: Path) -> None:
    certificate = tmp_path / "client.pem"
    certificate.write_bytes(foreign())
    assert "unknown ca" in refused(server, server.data_url, certificate=certificate).replace("_", " ").lower()
    certificate.write_bytes(Controlling(server)("GET", "/client.pem").body)
    assert refused(server, server.data_url, certificate=certificate) == ""


@plays("of pipelined requests one is never answered")
def test_one_request_is_never_answered(world: World) -> None:
    scripts = [world.ask(pageNum=number).script for number in ("1", "2", "3")]
    assert [bool(script) for script in scripts] == [True, False, True]
    (entry,) = (each for each in world.engine.entries() if each.rule)
    assert (entry.faults, json.loads(json.dumps(entry.whole()["script"]))) == (("swallow",), [])
