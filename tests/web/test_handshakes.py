"""Failed handshakes are logged, on both event loops; real clients on real sockets."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from oifde_simulator.runtime.lifecycle import loop_factory
from oifde_simulator.web.tls.certificates.authority import tls_from_authority
from oifde_simulator.web.tls.certificates.user_certificate import tls_from_files
from oifde_simulator.web.tls.context import ServerTls
from serving import PATIENCE, Peer, fetch, running

LOOPS = {"asyncio": asyncio.new_event_loop, "the loop of serve": loop_factory() or asyncio.new_event_loop}
Client = Callable[[int, ServerTls], None]


def plain(octets: bytes) -> Client:
    def talk(port: int, server: ServerTls) -> None:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as client, suppress(ConnectionError):
            client.sendall(octets)
            while client.recv(4096):
                pass

    return talk


def shaking(context: Callable[[ServerTls], ssl.SSLContext], name: str = "localhost") -> Client:
    def talk(port: int, server: ServerTls) -> None:
        with (
            socket.create_connection(("127.0.0.1", port), PATIENCE) as client,
            pytest.raises(OSError),
            context(server).wrap_socket(client, server_hostname=name) as secure,
        ):
            secure.recv(1)  # by TLS 1.3 a client is through before the server has judged

    return talk


def welcome(port: int, server: ServerTls) -> None:
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE) as client,
        trusting(server).wrap_socket(client, server_hostname="localhost") as secure,
    ):
        assert secure.recv(1) == b""


def stranger(_: ServerTls) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=trustme.CA().cert_pem.bytes().decode())


def trusting(server: ServerTls) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=(server.ca_pem or b"").decode())


def picky(server: ServerTls) -> ssl.SSLContext:
    client = trusting(server)
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers("DHE-RSA-AES256-GCM-SHA384")  # we have no parameters for DHE
    return client


class Leaving(asyncio.Protocol):
    """Protocol that closes each connection at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


class Noticing(logging.Handler):
    """Log handler that sets an event at each record."""

    def __init__(self) -> None:
        super().__init__()
        self.noticed = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.noticed.set()


async def shake_hands(server: ServerTls, *clients: Client, wait: bool = True) -> None:
    """Have clients call a server of this loop, one after the other; `wait` waits for a record of the log."""
    noticing, log = Noticing(), logging.getLogger("oifde_simulator")
    log.addHandler(noticing)
    listening = await asyncio.get_running_loop().create_server(Leaving, "127.0.0.1", 0, ssl=server.context)
    try:
        for client in clients:
            await asyncio.to_thread(client, listening.sockets[0].getsockname()[1], server)
        if wait:
            await asyncio.wait_for(noticing.noticed.wait(), PATIENCE)
    finally:
        log.removeHandler(noticing)
        listening.close()


# case: (client, words of the log)
FAILURES: dict[str, tuple[Client, str]] = {
    "plain HTTP": (plain(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "this port is https"),
    "a plain POST": (
        plain(b"POST /oifde/rest/api/gettoken HTTP/1.1\r\nHost: x\r\n\r\n"),
        "this port is https",
    ),
    "a plain DELETE": (plain(b"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n"), "this port is https"),
    "another authority": (shaking(stranger), "fetch /ca.pem again, or keep the authority with --tls-dir"),
    "another name": (shaking(trusting, "vendor.example"), "--tls-name"),
    "no cipher in common": (shaking(picky), "TLS 1.2 and later"),
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS.keys())
@pytest.mark.parametrize(("client", "words"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failed_handshake_is_one_warning_with_the_likely_fix(
    client: Client,
    words: str,
    loop: Callable[[], asyncio.AbstractEventLoop],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(shake_hands(tls_from_authority(), client))
    (record,) = [each for each in caplog.records if each.name == "oifde_simulator"]
    assert (record.levelno, words in record.getMessage()) == (logging.WARNING, True), record.getMessage()


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS.keys())
def test_a_client_that_only_knocks_is_not_told(
    loop: Callable[[], asyncio.AbstractEventLoop], caplog: pytest.LogCaptureFixture
) -> None:
    def knock(port: int, server: ServerTls) -> None:
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(shake_hands(tls_from_authority(), knock, welcome, wait=False))
    assert not [each for each in caplog.records if each.name == "oifde_simulator"]


def test_a_certificate_of_the_users_is_spoken_of_as_theirs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    leaf = trustme.CA().issue_cert("localhost")
    leaf.private_key_pem.write_to_path(tmp_path / "key.pem")
    (tmp_path / "cert.pem").write_bytes(b"".join(each.bytes() for each in leaf.cert_chain_pems))
    asyncio.run(shake_hands(tls_from_files(tmp_path / "cert.pem", tmp_path / "key.pem"), shaking(stranger)))
    (record,) = [each for each in caplog.records if each.name == "oifde_simulator"]
    assert "--tls-cert" in record.getMessage()
    assert "/ca.pem" not in record.getMessage()


def test_a_server_tells_of_it_and_serves_on(caplog: pytest.LogCaptureFixture) -> None:
    with running(tls="auto") as server:
        port = int(server.data_url.rpartition(":")[2])
        plain(b"GET / HTTP/1.1\r\n\r\n")(port, ServerTls(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), None))
        with Peer(server.data_url, server.ca_pem) as peer:
            peer.send(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
            assert peer.answer().status == 404
    assert [each for each in caplog.messages if "this port is https" in each]


def close_notify(secure: ssl.SSLSocket) -> None:
    with suppress(OSError):
        secure.unwrap()


def reset(secure: ssl.SSLSocket) -> None:
    secure.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    secure.close()


TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
# how a client leaves, by which TLS; a reset in TLS 1.3 overtakes the end of the handshake
LEAVING: dict[str, tuple[Callable[[ssl.SSLSocket], None], ssl.TLSVersion]] = {
    "close_notify, 1.2": (close_notify, TLS_1_2),
    "close_notify, 1.3": (close_notify, TLS_1_3),
    "FIN, 1.2": (lambda secure: secure.shutdown(socket.SHUT_WR), TLS_1_2),
    "FIN, 1.3": (lambda secure: secure.shutdown(socket.SHUT_WR), TLS_1_3),
    "RST, 1.2": (reset, TLS_1_2),
}


class Told(logging.Handler):
    """Log handler that lets a thread wait for the record about a client that left."""

    def __init__(self) -> None:
        super().__init__()
        self.told = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if "right after the TLS handshake" in record.getMessage():
            self.told.set()


@pytest.mark.parametrize(("leave", "version"), LEAVING.values(), ids=LEAVING)
def test_a_client_that_leaves_right_after_the_handshake_may_not_trust_us(
    leave: Callable[[ssl.SSLSocket], None], version: ssl.TLSVersion, caplog: pytest.LogCaptureFixture
) -> None:
    handler, log = Told(), logging.getLogger("oifde_simulator")
    log.addHandler(handler)
    with running(tls="auto") as server:
        context = ssl.create_default_context(cadata=(server.ca_pem or b"").decode())
        context.minimum_version = context.maximum_version = version
        port = int(server.data_url.rpartition(":")[2])
        with Peer(server.data_url, server.ca_pem) as peer:  # its request shows that it is content
            peer.send(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
            assert peer.answer().status == 404
        plain_socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        with context.wrap_socket(plain_socket, server_hostname="localhost") as secure:
            leave(secure)
        assert handler.told.wait(PATIENCE)
    log.removeHandler(handler)
    told = [each for each in caplog.messages if "right after the TLS handshake" in each]
    assert len(told) == 1
    assert "--tls-name" in told[0]


def test_a_server_that_stops_blames_no_client(caplog: pytest.LogCaptureFixture) -> None:
    with running(tls="auto") as server:
        idle = Peer(server.data_url, server.ca_pem)
        with ThreadPoolExecutor(1) as threads:
            ended = threads.submit(idle.hangs_up)
            control = server.control_url
            fetch(f"{control}/listener", b'{"open": false}', method="PUT")
            assert ended.result(PATIENCE)
        idle.close()
    assert not [each for each in caplog.messages if "handshake" in each]
