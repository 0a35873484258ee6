"""TLS over real sockets: certificates that clients trust, and files that keep an authority."""

from __future__ import annotations

import datetime
import os
import socket
import ssl
import stat
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from oifde_simulator.web.tls.certificates.authority import tls_from_authority
from oifde_simulator.web.tls.certificates.user_certificate import tls_from_files
from oifde_simulator.web.tls.context import ServerTls, TlsError
from serving import needs_ipv6

GREETING = b"hello"


@contextmanager
def listening(server: ServerTls, address: str = "127.0.0.1") -> Iterator[int]:
    """Serve one connection on a free port, with a greeting after the handshake."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listener:
        thread = threading.Thread(target=greet_once, args=(listener, server.context))
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)
        assert not thread.is_alive()


def greet_once(listener: socket.socket, context: ssl.SSLContext) -> None:
    listener.settimeout(5)
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(5)
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.sendall(GREETING)
        except OSError:
            return  # the client does not trust us; the test looks at the error of the client


def call(client: ssl.SSLContext, port: int, address: str, name: str) -> tuple[bytes, str | None]:
    """Call a server; returns its greeting and the agreed protocol."""
    with (
        socket.create_connection((address, port), timeout=5) as plain,
        client.wrap_socket(plain, server_hostname=name) as secure,
    ):
        return secure.recv(len(GREETING)), secure.selected_alpn_protocol()


def client_of(ca_pem: bytes | None) -> ssl.SSLContext:
    """Make a client as strict as Python 3.13's default that trusts this authority and no other."""
    assert ca_pem is not None
    client = ssl.create_default_context(cadata=ca_pem.decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    return client


def greeted(server: ServerTls, client: ssl.SSLContext, name: str, address: str = "127.0.0.1") -> bool:
    with listening(server, address) as port:
        greeting, _ = call(client, port, address, name)
        return greeting == GREETING


@pytest.mark.parametrize(
    ("name", "address"),
    [
        pytest.param("localhost", "127.0.0.1", id="localhost"),
        pytest.param("127.0.0.1", "127.0.0.1", id="IPv4"),
        pytest.param("::1", "::1", id="IPv6", marks=needs_ipv6),
        pytest.param("machine.test", "127.0.0.1", id="the host's name"),
        pytest.param("vendor.example", "127.0.0.1", id="an extra name"),
        pytest.param("192.0.2.7", "127.0.0.1", id="an extra address"),
        pytest.param("eu.oifde.example", "127.0.0.1", id="an extra wildcard"),
    ],
)
def test_a_client_that_trusts_the_authority_verifies_the_name(
    name: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "machine.test")
    server = tls_from_authority(["vendor.example", "192.0.2.7", "*.oifde.example"])
    assert greeted(server, client_of(server.ca_pem), name, address)


def test_a_client_refuses_a_name_that_was_not_given() -> None:
    server = tls_from_authority()
    with listening(server) as port, pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        call(client_of(server.ca_pem), port, "127.0.0.1", "vendor.example")


def test_a_client_refuses_the_leaf_of_another_authority() -> None:
    with (
        listening(tls_from_authority()) as port,
        pytest.raises(ssl.SSLCertVerificationError, match="verify failed"),
    ):
        call(client_of(tls_from_authority().ca_pem), port, "127.0.0.1", "localhost")


def test_http_1_1_is_agreed_on_with_a_client_that_would_rather_have_h2() -> None:
    server = tls_from_authority()
    client = client_of(server.ca_pem)
    client.set_alpn_protocols(["h2", "http/1.1"])
    with listening(server) as port:
        assert call(client, port, "127.0.0.1", "localhost") == (GREETING, "http/1.1")


def test_a_client_of_tls_1_2_is_served() -> None:
    server = tls_from_authority()
    client = client_of(server.ca_pem)
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    assert greeted(server, client, "localhost")


def test_nothing_older_than_tls_1_2_is_spoken() -> None:
    assert tls_from_authority().context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_host_whose_name_no_certificate_can_say_is_served_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "my_host")
    server = tls_from_authority()
    assert greeted(server, client_of(server.ca_pem), "localhost")


@pytest.mark.parametrize("name", ["", "a b", "localhost:8443", "https://x", "me@x", "10.0.0.0/8", "x" * 64])
def test_a_name_that_is_none_is_refused_with_the_name_and_the_fix(name: str) -> None:
    with pytest.raises(TlsError) as refused:
        tls_from_authority([name])
    assert str(refused.value).startswith(f"TLS name {name!r}: expected a host name")


# A kept authority


def test_a_second_start_keeps_the_authority_and_makes_another_leaf(tmp_path: Path) -> None:
    first, second = tls_from_authority([], tmp_path), tls_from_authority(["later.example"], tmp_path)
    assert first.ca_pem == second.ca_pem == (tmp_path / "ca.pem").read_bytes()
    assert greeted(second, client_of(first.ca_pem), "later.example")


def test_without_a_folder_each_start_makes_an_authority() -> None:
    assert tls_from_authority().ca_pem != tls_from_authority().ca_pem


def test_what_is_kept_is_its_owners_alone(tmp_path: Path) -> None:
    kept = tmp_path / "new" / "tls"
    previous = os.umask(0)
    try:
        tls_from_authority([], kept)
    finally:
        os.umask(previous)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (kept, *kept.iterdir())}
    assert modes == {"tls": 0o700, "ca.pem": 0o600, "ca.key": 0o600}


def test_a_key_is_never_open_to_others_before_it_is_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    link = os.link

    def watched(source: str, target: Path) -> None:
        seen.append(stat.S_IMODE(os.stat(source).st_mode))
        link(source, target)

    monkeypatch.setattr(os, "link", watched)
    tls_from_authority([], tmp_path)
    assert seen == [0o600, 0o600]


def test_servers_that_start_at_once_end_with_one_authority(tmp_path: Path) -> None:
    servers = 8
    together = threading.Barrier(servers)

    def start(_: int) -> ServerTls:
        together.wait(10)
        return tls_from_authority([], tmp_path)

    with ThreadPoolExecutor(servers) as pool:
        started = list(pool.map(start, range(servers)))
    assert {server.ca_pem for server in started} == {(tmp_path / "ca.pem").read_bytes()}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ca.key", "ca.pem"]


@pytest.mark.parametrize("lost", ["ca.key", "ca.pem"])
def test_the_loser_of_the_race_takes_the_winners_authority(
    lost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Start the winner in the moment before the loser's link."""
    winner: list[ServerTls] = []
    link = os.link

    def overtaken(source: str, target: Path) -> None:
        if Path(target).name == lost:
            monkeypatch.setattr(os, "link", link)
            winner.append(tls_from_authority([], tmp_path))
        link(source, target)

    monkeypatch.setattr(os, "link", overtaken)
    loser = tls_from_authority([], tmp_path)
    assert [server.ca_pem for server in winner] == [loser.ca_pem]
    assert greeted(loser, client_of(winner[0].ca_pem), "localhost")


def test_a_start_cut_short_between_the_two_files_is_finished_by_the_next(tmp_path: Path) -> None:
    first = tls_from_authority([], tmp_path)
    (tmp_path / "ca.pem").unlink()
    assert tls_from_authority([], tmp_path).ca_pem == first.ca_pem == (tmp_path / "ca.pem").read_bytes()


def test_an_authority_made_elsewhere_is_used(tmp_path: Path) -> None:
    ca = trustme.CA(key_type=trustme.KeyType.RSA)
    write(tmp_path, {"ca.pem": ca.cert_pem.bytes(), "ca.key": ca.private_key_pem.bytes()})
    assert greeted(tls_from_authority([], tmp_path), client_of(ca.cert_pem.bytes()), "localhost")


def write(directory: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (directory / name).write_bytes(content)
        (directory / name).chmod(0o600)


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def certificate(*, key: Any = None, ca: bool = True, until: int = 3000) -> tuple[bytes, bytes]:
    """Make a self-signed certificate and its key, both PEM, with parts that trustme cannot make."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(until, 1, 1, tzinfo=datetime.UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, algorithm)
    )
    return made.public_bytes(serialization.Encoding.PEM), key_pem(key)


def key_pem(key: Any, passphrase: bytes = b"") -> bytes:
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock))


GOOD, GOOD_KEY = certificate()
OTHER, OTHER_KEY = certificate()
EXPIRED, EXPIRED_KEY = certificate(until=2001)
ED25519, ED25519_KEY = certificate(key=ed25519.Ed25519PrivateKey.generate())
LOCKED_KEY = key_pem(ec.generate_private_key(ec.SECP256R1()), b"passphrase")
NOT_UTF_8 = b"\xff\xfe\x00"


@pytest.mark.parametrize(
    ("pem", "key", "blamed", "found"),
    [
        pytest.param(b"junk", GOOD_KEY, "ca.pem", "found none that can be read", id="certificate corrupt"),
        pytest.param(b"", GOOD_KEY, "ca.pem", "found none that can be read", id="certificate empty"),
        pytest.param(NOT_UTF_8, GOOD_KEY, "ca.pem", "found none that can be read", id="certificate binary"),
        pytest.param(GOOD[:300], GOOD_KEY, "ca.pem", "found none that can be read", id="certificate cut"),
        pytest.param(GOOD, b"junk", "ca.key", "expected the private key of an authority", id="key corrupt"),
        pytest.param(GOOD, b"", "ca.key", "expected the private key of an authority", id="key empty"),
        pytest.param(GOOD, GOOD_KEY[:99], "ca.key", "expected the private key", id="key cut"),
        pytest.param(GOOD, LOCKED_KEY, "ca.key", "expected the private key", id="key with a passphrase"),
        pytest.param(ED25519, ED25519_KEY, "ca.key", "expected the private key", id="key of another kind"),
        pytest.param(GOOD, OTHER_KEY, "ca.pem", "signature failure", id="key of another certificate"),
        pytest.param(EXPIRED, EXPIRED_KEY, "ca.pem", "expired", id="certificate expired"),
        pytest.param(GOOD, None, "ca.key", "found no file", id="key missing"),
        pytest.param(None, GOOD_KEY, "ca.key", "expected a PEM certificate", id="certificate nowhere"),
    ],
)
def test_a_kept_authority_that_does_not_do_is_named_and_left_alone(
    pem: bytes | None, key: bytes | None, blamed: str, found: str, tmp_path: Path
) -> None:
    write(tmp_path, {name: text for name, text in {"ca.pem": pem, "ca.key": key}.items() if text is not None})
    before = contents(tmp_path)
    assert_refused(tmp_path / blamed, found, lambda: tls_from_authority([], tmp_path))
    assert contents(tmp_path) == before


def assert_refused(path: Path, found: str, start: Any) -> None:
    with pytest.raises(TlsError) as refused:
        start()
    line = str(refused.value)
    assert line.startswith(f"{path}: expected ")
    assert found in line
    assert "; " in line
    assert "\n" not in line


@pytest.mark.parametrize("name", ["ca.pem", "ca.key"])
def test_a_kept_file_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    assert_refused(tmp_path / name, "a readable file", lambda: tls_from_authority([], tmp_path))
    assert (tmp_path / name).is_dir()


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    assert_refused(taken, "expected a folder", lambda: tls_from_authority([], taken))
    assert taken.read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert_refused(tmp_path / "ca.key", "Operation not permitted", lambda: tls_from_authority([], tmp_path))
    assert contents(tmp_path) == {}


def test_a_kept_key_that_others_can_read_is_refused_with_the_fix(tmp_path: Path) -> None:
    first = tls_from_authority([], tmp_path)
    key = tmp_path / "ca.key"
    for mode in (0o644, 0o640, 0o604, 0o602, 0o777):
        key.chmod(mode)
        assert_refused(
            key, f"found the mode {mode:04o}; chmod 600 {key}", lambda: tls_from_authority([], tmp_path)
        )
    key.chmod(0o400)
    (tmp_path / "ca.pem").chmod(0o644)
    assert tls_from_authority([], tmp_path).ca_pem == first.ca_pem


def test_a_key_that_another_user_owns_may_be_its_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls_from_authority([], tmp_path)
    (tmp_path / "ca.key").chmod(0o440)
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    assert tls_from_authority([], tmp_path).ca_pem
    (tmp_path / "ca.key").chmod(0o444)
    assert_refused(tmp_path / "ca.key", "found the mode 0444", lambda: tls_from_authority([], tmp_path))


def refuse(*_: object, **__: object) -> None:
    raise OSError(30, "Read-only file system")


def test_a_read_only_file_system_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    server = tls_from_authority()
    assert greeted(server, client_of(server.ca_pem), "localhost")


def test_a_system_without_files_in_memory_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    server = tls_from_authority()
    assert greeted(server, client_of(server.ca_pem), "localhost")


def test_a_machine_without_a_temporary_folder_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "memfd_create", refuse, raising=False)
    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with pytest.raises(
        TlsError, match="expected a writable one, found Read-only file system; point TMPDIR"
    ) as refused:
        tls_from_authority()
    assert str(refused.value).endswith("mount an emptyDir at /tmp")


# The user's own certificate


def test_a_certificate_of_the_users_own_is_served_and_no_authority_shown(tmp_path: Path) -> None:
    ca = trustme.CA()
    leaf = ca.create_child_ca().issue_cert("bank.example")
    chain = b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
    write(tmp_path, {"cert.pem": chain, "key.pem": leaf.private_key_pem.bytes()})
    server = tls_from_files(tmp_path / "cert.pem", tmp_path / "key.pem")
    assert server.ca_pem is None
    assert greeted(server, client_of(ca.cert_pem.bytes()), "bank.example")


def test_a_self_signed_certificate_is_served(tmp_path: Path) -> None:
    pem, key = certificate(ca=False)
    write(tmp_path, {"cert.pem": pem, "key.pem": key})
    assert tls_from_files(tmp_path / "cert.pem", tmp_path / "key.pem").ca_pem is None


AROUND = {
    "text": "Bag Attributes\n  friendlyName: für uns\n{}\nand after\n",
    "a byte order mark": "\ufeff{}",
    "CR LF": "# comment\r\n{}\r\n",
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
def test_text_around_the_blocks_of_a_pem_file_does_not_matter(around: str, tmp_path: Path) -> None:
    ca = trustme.CA()
    leaf = ca.issue_cert("bank.example")
    chain = b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
    key = leaf.private_key_pem.bytes()
    dressed = {name: around.format(pem.decode()).encode() for name, pem in (("cert", chain), ("key", key))}
    write(tmp_path, {"cert.pem": dressed["cert"], "key.pem": dressed["key"]})
    server = tls_from_files(tmp_path / "cert.pem", tmp_path / "key.pem")
    assert greeted(server, client_of(ca.cert_pem.bytes()), "bank.example")


def test_an_expired_certificate_is_served_on_purpose(tmp_path: Path) -> None:
    write(tmp_path, {"cert.pem": EXPIRED, "key.pem": EXPIRED_KEY})
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    with pytest.raises(TlsError, match="--tls-cert-invalid-ok"):
        tls_from_files(*files)
    with (
        listening(tls_from_files(*files, unproved=True)) as port,
        pytest.raises(ssl.SSLCertVerificationError, match="expired"),
    ):
        call(client_of(EXPIRED), port, "127.0.0.1", "localhost")


@pytest.mark.parametrize("host", ["127.0.0.2", "fe80::1%lo", "machine.test"])
def test_the_address_of_the_server_is_among_the_names(host: str) -> None:
    server = tls_from_authority(host=host)
    assert greeted(server, client_of(server.ca_pem), host.partition("%")[0])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "my_host", ""])
def test_an_address_that_nobody_calls_is_no_name(host: str) -> None:
    server = tls_from_authority(host=host)
    assert greeted(server, client_of(server.ca_pem), "localhost")


@pytest.mark.parametrize(
    ("pem", "key", "blamed", "found"),
    [
        pytest.param(None, GOOD_KEY, "cert.pem", "found no file", id="certificate missing"),
        pytest.param(b"junk", GOOD_KEY, "cert.pem", "found none that can be read", id="certificate corrupt"),
        pytest.param(
            GOOD_KEY, GOOD, "cert.pem", "found none that can be read", id="given the wrong way round"
        ),
        pytest.param(GOOD, None, "key.pem", "found no file", id="key missing"),
        pytest.param(GOOD, b"junk", "key.pem", "expected the private key of", id="key corrupt"),
        pytest.param(GOOD, GOOD, "key.pem", "found a certificate in it", id="a certificate as key"),
        pytest.param(GOOD_KEY, GOOD_KEY, "cert.pem", "it holds a private key", id="a key as certificate"),
        pytest.param(GOOD, LOCKED_KEY, "key.pem", "one with a passphrase", id="key with a passphrase"),
        pytest.param(GOOD, OTHER_KEY, "key.pem", "mismatch", id="key of another certificate"),
        pytest.param(EXPIRED, EXPIRED_KEY, "cert.pem", "expired", id="certificate expired"),
    ],
)
def test_a_certificate_of_the_users_own_that_does_not_do_is_named(
    pem: bytes | None, key: bytes | None, blamed: str, found: str, tmp_path: Path
) -> None:
    write(
        tmp_path, {name: text for name, text in {"cert.pem": pem, "key.pem": key}.items() if text is not None}
    )
    start = partial(tls_from_files, tmp_path / "cert.pem", tmp_path / "key.pem")
    assert_refused(tmp_path / blamed, found, start)
