"""Ports and server names with broken TLS ask for a client's certificate where the vendor's port does."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator

import pytest

from oifde_simulator.client import Control
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.tls_faults import CERTIFICATES
from oifde_simulator.web.tls.context import load_chain
from serving import PATIENCE, post, running

BODY = b"{}"


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    faults = (("expired", 0), ("self-signed", 0))
    with running(tls="auto", client_cert="require", tls_fault=faults) as server:
        yield server


def careless(server: Simulator, fault: str | None, *, shows: bool = True) -> ssl.SSLContext:
    """Make a client that does not verify the server, and shows a certificate."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers("DEFAULT:@SECLEVEL=0")
    if shows:
        with Control(server.control_url) as control:
            load_chain(client, control.client_certificate("app-1", fault=fault))
    return client


def ask(url: str, client: ssl.SSLContext, name: str = "localhost") -> bytes:
    port = int(url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE) as plain,
        client.wrap_socket(plain, server_hostname=name) as secure,
    ):
        secure.sendall(post(BODY))
        return secure.recv(12)


def urls(server: Simulator) -> list[str]:
    return [url for _, url in server.tls_faults]


def test_a_port_with_a_fault_takes_good_clients_only(server: Simulator) -> None:
    for url in urls(server):
        assert ask(url, careless(server, None)) == b"HTTP/1.1 200"
        with pytest.raises(ssl.SSLError, match="UNKNOWN_CA"):
            ask(url, careless(server, "unknown-authority"))
        with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
            ask(url, careless(server, None, shows=False))


@pytest.mark.parametrize("fault", CERTIFICATES)
def test_a_server_name_with_a_fault_takes_good_clients_only(server: Simulator, fault: str) -> None:
    name = f"{fault}.localhost"
    assert ask(server.data_url, careless(server, None), name) == b"HTTP/1.1 200"
    with pytest.raises(ssl.SSLError, match="UNKNOWN_CA"):
        ask(server.data_url, careless(server, "unknown-authority"), name)


def test_a_refused_client_is_told_of_as_such_where_the_server_is_broken_too(
    server: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "oifde_simulator"), pytest.raises(ssl.SSLError):
        ask(urls(server)[0], careless(server, "expired"))
    (line,) = [each for each in caplog.messages if "handshake" in each]
    assert "certificate has expired" in line
    assert "one of /client.pem" in line
    assert "on purpose" not in line
