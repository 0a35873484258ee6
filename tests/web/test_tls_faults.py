"""TLS that is broken on purpose, by port, by server name and by the control plane, at real sockets."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import ssl
import subprocess
import warnings
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from conftest import TOKEN
from controlling import Controlling
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.tls_faults import CERTIFICATES, FAULTS, HANDSHAKES, MEANINGS, server_name
from serving import PATIENCE, post, running

BODY = json.dumps({"tenantId": "tenant001", "authToken": TOKEN, "userMobile": "18000000001"}).encode()
REFUSALS = {
    "expired": "certificate has expired",
    "not-yet-valid": "certificate is not yet valid",
    "wrong-host": "not valid for|mismatch",
    "self-signed": "self-signed certificate",
    "unknown-authority": "unable to get local issuer certificate",
    "incomplete-chain": "unable to get local issuer certificate",
    "weak-key": "EE certificate key too weak",
    "old-protocol": "unsupported protocol|alert protocol version",
    "refused": "alert handshake failure",
    "cut": "EOF occurred|UNEXPECTED_EOF|closed (EOF)",
    "hanging": "timed out",
    "plain-http": "wrong version number|record layer failure",
}
"""What Python's client says, by fault."""


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    ports = tuple((fault, 0) for fault in FAULTS)
    with running(tls="auto", tls_fault=ports, recordings_port=0, log_level="error") as simulator:
        yield simulator


@pytest.fixture
def control(server: Simulator) -> Iterator[Controlling]:
    controlling = Controlling(server)
    yield controlling
    controlling("PUT", "/listener", {"tls": "good"})


def verifying(server: Simulator) -> ssl.SSLContext:
    client = ssl.create_default_context(cadata=(server.ca_pem or b"").decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    client.set_ciphers("DEFAULT@SECLEVEL=2")
    client.minimum_version = ssl.TLSVersion.TLSv1_2  # Debian's Python allows older ones
    return client


def careless() -> ssl.SSLContext:
    """Make a client that takes any certificate and any version."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers("DEFAULT@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        client.minimum_version = ssl.TLSVersion.TLSv1
    return client


@contextlib.contextmanager
def shaken(
    client: ssl.SSLContext, port: int, name: str = "localhost", seconds: float = PATIENCE
) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection(("127.0.0.1", port), seconds) as plain,
        client.wrap_socket(plain, server_hostname=name) as secure,
    ):
        yield secure


def refusal(client: ssl.SSLContext, port: int, name: str = "localhost", *, seconds: float = PATIENCE) -> str:
    """Say why a client and the server do not come together; empty where they do."""
    try:
        with shaken(client, port, name, seconds) as secure:
            secure.sendall(post(BODY))
            assert secure.recv(12) == b"HTTP/1.1 200"
    except OSError as error:
        return str(error)
    return ""


def port_of(url: str) -> int:
    return urlsplit(url).port or 0


def fault_port(server: Simulator, fault: str) -> int:
    return port_of(dict(server.tls_faults)[fault])


def met(server: Simulator, way: str, fault: str) -> tuple[int, str]:
    """Arrange for a fault, and return the port and the server name that meet it."""
    if way == "port":
        return fault_port(server, fault), "localhost"
    if way == "server name":
        return port_of(server.data_url), server_name(fault)
    answer = Controlling(server)("PUT", "/listener", {"tls": fault})
    assert (answer.status, answer.json["tls"]) == (200, fault)
    return port_of(server.recordings_url if way == "recordings" else server.data_url), "localhost"


WAYS = [("port", fault) for fault in FAULTS]
WAYS += [("server name", fault) for fault in CERTIFICATES]
WAYS += [("control plane", fault) for fault in FAULTS]


@pytest.mark.parametrize(("way", "fault"), WAYS, ids=lambda text: text)
def test_a_client_that_verifies_refuses_each_fault_for_its_own_reason(
    server: Simulator, control: Controlling, way: str, fault: str
) -> None:
    port, name = met(server, way, fault)
    said = refusal(verifying(server), port, name, seconds=0.05 if fault == "hanging" else PATIENCE)
    assert any(words.lower() in said.lower().replace("_", " ") for words in REFUSALS[fault].split("|")), said


@pytest.mark.parametrize(
    "name", ["localhost", "Localhost", "expired.example", "expired.localhost.example", "x-expired.localhost"]
)
def test_any_other_server_name_gets_the_good_certificate(server: Simulator, name: str) -> None:
    client = verifying(server)
    client.check_hostname = False
    assert refusal(client, port_of(server.data_url), name) == ""


def test_a_server_name_is_read_whatever_its_case(server: Simulator) -> None:
    said = refusal(verifying(server), port_of(server.data_url), "EXPIRED.LocalHost")
    assert REFUSALS["expired"] in said


@pytest.mark.parametrize(
    ("way", "fault"), [each for each in WAYS if each[1] not in HANDSHAKES], ids=lambda text: text
)
def test_a_client_that_does_not_verify_is_answered(
    server: Simulator, control: Controlling, way: str, fault: str
) -> None:
    port, name = met(server, way, fault)
    assert refusal(careless(), port, name) == ""


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda it: it.name)
@pytest.mark.parametrize("way", ["port", "server name", "control plane"])
def test_a_session_of_before_is_not_resumed_where_a_fault_would_be_missed(
    server: Simulator, control: Controlling, way: str, version: ssl.TLSVersion
) -> None:
    client = careless()
    client.maximum_version = version
    with shaken(client, port_of(server.data_url)) as good:
        good.sendall(post(BODY))
        assert good.recv(12)
        session = good.session
    port, name = met(server, way, "expired")
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE) as plain,
        client.wrap_socket(plain, server_hostname=name, session=session) as secure,
    ):
        assert not secure.session_reused
        secure.sendall(post(BODY))
        assert secure.recv(12) == b"HTTP/1.1 200"


# Other clients


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, input="", timeout=PATIENCE)


@pytest.fixture(scope="module")
def authority(server: Simulator, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    path.write_bytes(server.ca_pem or b"")
    return str(path)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_refuses_a_server_name_and_takes_it_with_k(server: Simulator, authority: str) -> None:
    port = port_of(server.data_url)
    call = ["curl", "-sS", "--noproxy", "*", "--resolve", f"expired.localhost:{port}:127.0.0.1"]
    refused = run(*call, "--cacert", authority, f"https://expired.localhost:{port}/nowhere")
    assert (refused.returncode, "certificate has expired" in refused.stderr) == (60, True)
    taken = run(
        *call, "-k", "-o", "/dev/null", "-w", "%{http_code}", f"https://expired.localhost:{port}/nowhere"
    )
    assert taken.stdout == "404"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_sees_an_old_version_and_a_server_name(server: Simulator, authority: str) -> None:
    client = ["openssl", "s_client", "-CAfile", authority, "-connect"]
    old = f"127.0.0.1:{fault_port(server, 'old-protocol')}"
    assert "unsupported protocol" in run(*client, old, "-tls1_2").stderr
    assert "TLSv1.1" in run(*client, old, "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0").stdout
    weak = run(*client, f"127.0.0.1:{port_of(server.data_url)}", "-servername", "weak-key.localhost")
    assert "1024 bit" in weak.stdout


def test_each_fault_has_its_refusal() -> None:
    assert REFUSALS.keys() == MEANINGS.keys()
