"""Clients that take no ECDSA meet an RSA certificate of the same authority, on both event loops."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from trustme import KeyType

from oifde_simulator.runtime.lifecycle import loop_factory
from oifde_simulator.web.tls.certificates.authority import tls_from_authority
from oifde_simulator.web.tls.certificates.user_certificate import tls_from_files
from oifde_simulator.web.tls.context import ServerTls
from serving import PATIENCE, running

LOOPS = {"asyncio": asyncio.new_event_loop, "the loop of serve": loop_factory() or asyncio.new_event_loop}
ECHO = b"hello"
RSA_ONLY, ECDSA_ONLY = "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"
PUBLIC_KEYS = {rsa.RSAPublicKey: KeyType.RSA, ec.EllipticCurvePublicKey: KeyType.ECDSA}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[KeyType]:
    """Kinds of the keys that are made for certificates, in order."""
    kinds: list[KeyType] = []
    generate = KeyType._generate_key

    def counted(kind: KeyType) -> object:
        kinds.append(kind)
        return generate(kind)

    monkeypatch.setattr(KeyType, "_generate_key", counted)
    return kinds


def trusting(ca_pem: bytes | None, cipher: str = "") -> ssl.SSLContext:
    """Make a client that trusts an authority; `cipher` is the only one it offers, by TLS 1.2."""
    assert ca_pem is not None
    client = ssl.create_default_context(cadata=ca_pem.decode())
    if cipher:
        client.maximum_version = ssl.TLSVersion.TLSv1_2
        client.set_ciphers(cipher)
    return client


def shown_key(client: ssl.SSLContext, port: int, name: str = "localhost") -> KeyType:
    """Call a server that echoes, and tell the kind of key that it shows."""
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE) as plain,
        client.wrap_socket(plain, server_hostname=name) as secure,
    ):
        secure.sendall(ECHO)
        assert secure.recv(len(ECHO)) == ECHO
        return kind(secure.getpeercert(binary_form=True))


def kind(certificate: bytes | None) -> KeyType:
    key = x509.load_der_x509_certificate(certificate or b"").public_key()
    return next(each for public, each in PUBLIC_KEYS.items() if isinstance(key, public))


class Echo(asyncio.Protocol):
    """Protocol that sends back what comes."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


def on_loop(
    make: Callable[[], asyncio.AbstractEventLoop], tls: ServerTls, talk: Callable[[int], None]
) -> None:
    """Have `talk` call a server of a new event loop, in a thread."""

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0, ssl=tls.context)
        try:
            await asyncio.to_thread(talk, server.sockets[0].getsockname()[1])
        finally:
            server.close()

    with asyncio.Runner(loop_factory=make) as runner:
        runner.run(serve())


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS.keys())
@pytest.mark.parametrize("kept", [False, True], ids=["made", "kept"])
def test_each_client_is_shown_the_key_that_it_takes_by_one_authority(
    loop: Callable[[], asyncio.AbstractEventLoop], kept: bool, made: list[KeyType], tmp_path: Path
) -> None:
    tls = tls_from_authority(["vendor.example"], tmp_path if kept else None)
    before = len(made)

    def talk(port: int) -> None:
        for _ in range(2):
            for name in ("localhost", "vendor.example"):
                assert shown_key(trusting(tls.ca_pem, RSA_ONLY), port, name) is KeyType.RSA
                assert shown_key(trusting(tls.ca_pem, ECDSA_ONLY), port, name) is KeyType.ECDSA
                assert shown_key(trusting(tls.ca_pem), port, name) is KeyType.ECDSA

    on_loop(loop, tls, talk)
    assert made[before:] == [KeyType.RSA]


def test_no_rsa_key_is_made_before_a_client_needs_it(made: list[KeyType]) -> None:
    with running(tls="auto") as server:
        port = urlsplit(server.data_url).port or 0
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as plain:
            trusting(server.ca_pem).wrap_socket(plain, server_hostname="127.0.0.1").close()
        assert KeyType.RSA not in made
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as plain:
            client = trusting(server.ca_pem, RSA_ONLY)
            with client.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
                secure.sendall(b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert secure.recv(12) == b"HTTP/1.1 404"
    assert made.count(KeyType.RSA) == 1


def test_many_clients_that_need_it_at_once_have_one_key_made(made: list[KeyType]) -> None:
    tls = tls_from_authority()

    def talk(port: int) -> None:
        with ThreadPoolExecutor(8) as threads:
            calls = [threads.submit(shown_key, trusting(tls.ca_pem, RSA_ONLY), port) for _ in range(16)]
            assert {call.result(PATIENCE) for call in calls} == {KeyType.RSA}

    on_loop(asyncio.new_event_loop, tls, talk)
    assert made.count(KeyType.RSA) == 1


def shaken(server: ssl.SSLContext, client: ssl.SSLContext, size: int) -> KeyType:
    """Shake hands in memory; what the client says arrives in pieces of `size`."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    caller = client.wrap_bio(to_client, said := ssl.MemoryBIO(), server_hostname="localhost")
    callee = server.wrap_bio(to_server, to_client, server_side=True)
    while not all([goes_through(caller), heard(callee, to_server, said, size)]):
        pass
    return kind(caller.getpeercert(binary_form=True))


def heard(callee: ssl.SSLObject, to_server: ssl.MemoryBIO, said: ssl.MemoryBIO, size: int) -> bool:
    done = goes_through(callee)
    while piece := said.read(size):
        to_server.write(piece)
        done = goes_through(callee)
    return done


def goes_through(end: ssl.SSLObject) -> bool:
    try:
        end.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
@pytest.mark.parametrize(("cipher", "shown"), [(RSA_ONLY, KeyType.RSA), ("", KeyType.ECDSA)])
def test_a_hello_in_pieces_is_heard_whole(size: int, cipher: str, shown: KeyType) -> None:
    tls = tls_from_authority()
    assert shaken(tls.context, trusting(tls.ca_pem, cipher), size) is shown


def test_a_hello_of_many_pieces_is_kept_whole_and_not_copied_at_each() -> None:
    tls = tls_from_authority()
    incoming = ssl.MemoryBIO()
    callee: Any = tls.context.wrap_bio(incoming, ssl.MemoryBIO(), server_side=True)
    kept = callee.beginning.received
    hello = b"\x16\x03\x01\x40\x00\x01\x00\x3f\xfc" + bytes(16_000)
    for byte in hello:
        incoming.write(bytes([byte]))
        assert not goes_through(callee)
    assert kept == hello
    assert callee.beginning.received is kept


def test_nothing_is_kept_of_a_client_once_it_is_answered() -> None:
    tls = tls_from_authority()
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    callee = tls.context.wrap_bio(to_server, to_client, server_side=True)
    assert not goes_through(trusting(tls.ca_pem).wrap_bio(ssl.MemoryBIO(), to_server, server_hostname="x"))
    assert not goes_through(callee)
    assert to_client.pending
    assert callee.beginning is None  # type: ignore[attr-defined]


RSA_SIGNATURES = """
openssl_conf = main
[main]
ssl_conf = ssl
[ssl]
system_default = all
[all]
SignatureAlgorithms = RSA-PSS+SHA256:RSA+SHA256
"""
CALL = """
import socket, ssl, sys
client = ssl.create_default_context(cafile=sys.argv[1])
client.minimum_version = client.maximum_version = ssl.TLSVersion[sys.argv[3]]
with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as plain:
    with client.wrap_socket(plain, server_hostname="localhost") as secure:
        print(secure.version())
"""


@pytest.mark.parametrize("retried", [False, True], ids=["at its first hello", "at its second hello"])
@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_client_that_takes_only_rsa_signatures_is_served(
    version: str, retried: bool, tmp_path: Path
) -> None:
    (tmp_path / "openssl.cnf").write_text(RSA_SIGNATURES)
    tls = tls_from_authority([], tmp_path)
    if retried:
        tls.context.set_ecdh_curve("secp384r1")  # by TLS 1.3, clients send no share of it unless they must

    def talk(port: int) -> None:
        done = subprocess.run(
            [sys.executable, "-c", CALL, tmp_path / "ca.pem", str(port), version],
            env={**os.environ, "OPENSSL_CONF": str(tmp_path / "openssl.cnf")},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert (done.stdout, done.returncode) == (version.replace("_", ".") + "\n", 0), done.stderr

    on_loop(asyncio.new_event_loop, tls, talk)


def test_a_client_with_no_cipher_in_common_is_refused_and_one_key_is_made(made: list[KeyType]) -> None:
    tls = tls_from_authority()
    for _ in range(3):
        with pytest.raises(ssl.SSLError, match="NO_SHARED_CIPHER"):
            shaken(tls.context, trusting(tls.ca_pem, "DHE-RSA-AES256-GCM-SHA384"), 10_000)
    assert made.count(KeyType.RSA) == 1


def test_where_no_file_can_be_written_the_client_is_refused_and_the_log_says_why(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, made: list[KeyType]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    tls = tls_from_authority()
    with monkeypatch.context() as short:
        short.setattr(os, "memfd_create", refuse, raising=False)
        short.setattr(tempfile, "mkdtemp", refuse)
        for _ in range(2):
            with pytest.raises(ssl.SSLError, match="NO_SHARED_CIPHER"):
                shaken(tls.context, trusting(tls.ca_pem, RSA_ONLY), 10_000)
    told = [each for each in caplog.messages if each.startswith("there is no RSA certificate")]
    assert len(told) == 2
    assert all("TMPDIR" in each for each in told)
    assert shaken(tls.context, trusting(tls.ca_pem), 10_000) is KeyType.ECDSA
    assert shaken(tls.context, trusting(tls.ca_pem, RSA_ONLY), 10_000) is KeyType.RSA
    assert made.count(KeyType.RSA) == 1


def test_a_certificate_of_the_users_own_is_not_added_to(tmp_path: Path, made: list[KeyType]) -> None:
    ca = trustme.CA()
    leaf = ca.issue_cert("localhost")
    leaf.private_key_pem.write_to_path(tmp_path / "key.pem")
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    tls = tls_from_files(tmp_path / "cert.pem", tmp_path / "key.pem")
    with pytest.raises(ssl.SSLError, match="NO_SHARED_CIPHER"):
        shaken(tls.context, trusting(ca.cert_pem.bytes(), RSA_ONLY), 10_000)
    assert shaken(tls.context, trusting(ca.cert_pem.bytes()), 10_000) is KeyType.ECDSA
    assert KeyType.RSA not in made
