"""Certificates with a fault are wrong in one thing each, whoever asks for them and by which key."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.tls_faults import CERTIFICATES, FAULTS, server_name
from oifde_simulator.web.tls.certificates.authority import tls_from_authority
from oifde_simulator.web.tls.certificates.user_certificate import tls_from_files
from oifde_simulator.web.tls.context import ServerTls, TlsError
from oifde_simulator.web.tls.faults import contexts
from oifde_simulator.web.tls.faults.certificates import ANOTHER_HOST, FaultCertificates
from oifde_simulator.web.tls.faults.server_names import fault_in
from oifde_simulator.web.tls.pem import BLOCK

ANY_CLIENT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
RSA_ONLY = "ECDHE-RSA-AES128-GCM-SHA256"
REASONS = {
    "expired": "certificate has expired",
    "not-yet-valid": "certificate is not yet valid",
    "wrong-host": "Hostname mismatch",
    "self-signed": "self-signed certificate",
    "unknown-authority": "unable to get local issuer certificate",
    "incomplete-chain": "unable to get local issuer certificate",
    "weak-key": "EE certificate key too weak",
}


def client_of(*trusted: bytes, rsa_only: bool = False, level: int = 2) -> ssl.SSLContext:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    for pem in trusted:
        client.load_verify_locations(cadata=pem.decode())
    client.set_ciphers(f"{RSA_ONLY if rsa_only else 'DEFAULT'}:@SECLEVEL={level}")
    if rsa_only:
        client.maximum_version = ssl.TLSVersion.TLSv1_2
    return client


def shaken(
    server: ssl.SSLContext, client: ssl.SSLContext, name: str = "localhost", size: int = 1 << 20
) -> ssl.SSLObject:
    """Shake hands in memory; what the client says arrives in pieces of `size`. Raises the client's error."""
    to_server, to_client, wire = ssl.MemoryBIO(), ssl.MemoryBIO(), ssl.MemoryBIO()
    caller = client.wrap_bio(to_client, wire, server_hostname=name)
    callee = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        with contextlib.suppress(ssl.SSLWantReadError):
            caller.do_handshake()
        said = wire.read()
        for start in range(0, len(said), size):
            to_server.write(said[start : start + size])
            with contextlib.suppress(ssl.SSLWantReadError):
                callee.do_handshake()
    caller.do_handshake()
    return caller


def reason(server: ssl.SSLContext, client: ssl.SSLContext, name: str = "localhost") -> str:
    with pytest.raises(ssl.SSLCertVerificationError) as refused:
        shaken(server, client, name)
    return str(refused.value.verify_message)


def fault_context(tls: ServerTls, fault: str) -> ssl.SSLContext:
    assert tls.faults is not None
    return tls.faults.get(fault)


@pytest.fixture(scope="module")
def tls() -> ServerTls:
    return tls_from_authority(["vendor.example"])


def ca(tls: ServerTls) -> bytes:
    assert tls.ca_pem is not None
    return tls.ca_pem


@pytest.mark.parametrize("rsa_only", [False, True], ids=["any key", "RSA only"])
@pytest.mark.parametrize("fault", CERTIFICATES)
def test_each_is_refused_for_its_own_reason_by_port_and_by_server_name(
    tls: ServerTls, fault: str, rsa_only: bool
) -> None:
    client = client_of(ca(tls), rsa_only=rsa_only)
    assert REASONS[fault] in reason(fault_context(tls, fault), client, "vendor.example")
    assert REASONS[fault] in reason(tls.context, client, server_name(fault))


def as_it_would_be_right(tls: ServerTls, fault: str) -> ssl.SSLContext:
    """Make a client for which the one thing is not wrong."""
    client = client_of(ca(tls), level=0 if fault == "weak-key" else 2)
    if fault == "wrong-host":
        client.check_hostname = False
    return client


@pytest.mark.parametrize("fault", ["wrong-host", "weak-key"])
def test_nothing_else_is_wrong(tls: ServerTls, fault: str) -> None:
    assert shaken(tls.context, as_it_would_be_right(tls, fault), server_name(fault)).version() == "TLSv1.3"


def made(fault: str) -> tuple[bytes, list[x509.Certificate], FaultCertificates]:
    authority = trustme.CA()
    certificates = FaultCertificates(authority, ["vendor.example"])
    blocks = [match[0] for match in BLOCK.finditer(certificates.make(fault)) if match[1] == b"CERTIFICATE"]
    return authority.cert_pem.bytes(), [x509.load_pem_x509_certificate(each) for each in blocks], certificates


def test_an_incomplete_chain_lacks_its_intermediate_and_nothing_else() -> None:
    authority, (leaf,), certificates = made("incomplete-chain")
    intermediate = certificates._intermediate._certificate
    leaf.verify_directly_issued_by(intermediate)
    intermediate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority))


def test_each_has_the_names_of_the_good_one_and_its_own_but_for_another_host() -> None:
    for fault in CERTIFICATES:
        _, (leaf,), _ = made(fault)
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        expected = [ANOTHER_HOST] if fault == "wrong-host" else ["vendor.example", server_name(fault)]
        assert [name.value for name in names] == expected


def test_an_rsa_key_is_never_read_back_which_takes_as_long_as_to_make_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = []
    load = serialization.load_pem_private_key
    monkeypatch.setattr(
        serialization, "load_pem_private_key", lambda *given: read.append(load(*given)) or read[-1]
    )
    certificates = FaultCertificates(trustme.CA(), ["localhost"])
    for fault in CERTIFICATES:
        certificates.make(fault, rsa=True)
    assert read
    assert not any(isinstance(key, rsa.RSAPrivateKey) for key in read)


def test_a_weak_key_has_1024_bits_and_its_certificate_is_the_authoritys() -> None:
    authority, (leaf,), _ = made("weak-key")
    key = leaf.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 1024
    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(authority))


def test_a_self_signed_one_is_no_authority() -> None:
    _, (leaf,), _ = made("self-signed")
    leaf.verify_directly_issued_by(leaf)
    assert leaf.issuer == leaf.subject
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_each_context_is_made_once(tls: ServerTls) -> None:
    for fault in (*CERTIFICATES, "old-protocol"):
        assert fault_context(tls, fault) is fault_context(tls, fault)


@pytest.mark.parametrize("rsa_only", [False, True], ids=["any key", "RSA only"])
def test_old_versions_are_served_with_the_good_certificate(tls: ServerTls, rsa_only: bool) -> None:
    client = client_of(ca(tls), level=0)
    if rsa_only:
        client.set_ciphers("ECDHE-RSA-AES128-SHA:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="deprecated"):
        client.minimum_version = ssl.TLSVersion.TLSv1
    assert shaken(fault_context(tls, "old-protocol"), client, "vendor.example").version() == "TLSv1.1"


def test_an_openssl_without_old_versions_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Any) -> None:
        raise ValueError("Unsupported protocol version 0x301")

    monkeypatch.setattr(contexts, "_make_old", refuse)
    with pytest.raises(TlsError) as refused:
        fault_context(tls_from_authority(), "old-protocol")
    said = str(refused.value)
    assert said.startswith("TLS fault old-protocol: expected an OpenSSL that serves it, found unsupported")
    assert "; " in said


# Server names


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_server_name_is_found_however_the_hello_arrives(tls: ServerTls, size: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        shaken(tls.context, client_of(ca(tls)), "expired.localhost", size)
    assert shaken(tls.context, client_of(ca(tls)), "localhost", size).version() == "TLSv1.3"


def test_a_name_that_the_user_gave_is_good() -> None:
    tls = tls_from_authority(["expired.localhost"])
    assert shaken(tls.context, client_of(ca(tls)), "expired.localhost").version()
    assert "mismatch" in reason(tls.context, client_of(ca(tls)), "wrong-host.localhost")


def test_a_name_that_is_not_ascii_gets_the_good_certificate(
    tls: ServerTls, capfd: pytest.CaptureFixture[str]
) -> None:
    hello = hello_of("x" * 17)
    for name in (b"\xff" * 8 + b".localho", b"\xc3\xa4pired.localhost"):
        octets = hello.replace(b"x" * 17, name.ljust(17, b"x")[:17])
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        callee = tls.context.wrap_bio(to_server, to_client, server_side=True)
        to_server.write(octets)
        with pytest.raises(ssl.SSLWantReadError):
            callee.do_handshake()
        assert to_client.read()[:1] == b"\x16"
    assert capfd.readouterr().err == ""


def hello_of(name: str) -> bytes:
    wire = ssl.MemoryBIO()
    caller = ANY_CLIENT.wrap_bio(ssl.MemoryBIO(), wire, server_hostname=name)
    with contextlib.suppress(ssl.SSLWantReadError):
        caller.do_handshake()
    return wire.read()


@pytest.mark.parametrize("fault", CERTIFICATES)
def test_each_fault_of_a_certificate_has_a_server_name(fault: str) -> None:
    assert fault_in(hello_of(server_name(fault))) == fault
    assert fault_in(hello_of(server_name(fault).upper())) == fault


@pytest.mark.parametrize("fault", [each for each in FAULTS if each not in CERTIFICATES])
def test_no_other_fault_has_one(fault: str) -> None:
    assert fault_in(hello_of(server_name(fault))) == ""


NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]{1,12}){0,3}", fullmatch=True)


@given(NAMES)
@settings(max_examples=examples(30))
def test_any_other_name_is_none(name: str) -> None:
    assert fault_in(hello_of(name)) == ""


@given(st.binary(max_size=200) | st.builds(bytes.__add__, st.binary(max_size=20), st.just(hello_of("x"))))
def test_any_bytes_name_a_fault_or_none(octets: bytes) -> None:
    assert fault_in(octets) in ("", *CERTIFICATES)


def test_a_context_that_cannot_be_made_leaves_the_good_certificate(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any, **__: Any) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FaultCertificates, "make", refuse)
    tls = tls_from_authority()
    assert "mismatch" in reason(tls.context, client_of(ca(tls)), "expired.localhost")
    (line,) = caplog.messages
    assert line.startswith("the good certificate is served to a client that asks for expired: ")
    assert "No space left on device" in line


# A certificate of the user's own


def own(folder: Path, *, depth: int, names: Sequence[str] = ()) -> tuple[ServerTls, bytes]:
    root = trustme.CA()
    leaf = (root.create_child_ca() if depth else root).issue_cert("bank.example")
    (folder / "cert.pem").write_bytes(b"".join(each.bytes() for each in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    tls = tls_from_files(folder / "cert.pem", folder / "key.pem", names=names)
    return tls, root.cert_pem.bytes()


def test_a_chain_of_the_users_own_is_cut_to_its_leaf(tmp_path: Path) -> None:
    tls, root = own(tmp_path, depth=1)
    assert shaken(tls.context, client_of(root), "bank.example").version()
    assert "local issuer" in reason(fault_context(tls, "incomplete-chain"), client_of(root), "bank.example")
    careless = client_of()
    careless.check_hostname, careless.verify_mode = False, ssl.CERT_NONE
    shown = shaken(fault_context(tls, "incomplete-chain"), careless).getpeercert(binary_form=True)
    assert shown == shaken(tls.context, careless).getpeercert(binary_form=True)


def test_old_versions_are_served_with_the_users_own(tmp_path: Path) -> None:
    tls, root = own(tmp_path, depth=0)
    client = client_of(root, level=0)
    with pytest.warns(DeprecationWarning, match="deprecated"):
        client.minimum_version = ssl.TLSVersion.TLSv1
    assert shaken(fault_context(tls, "old-protocol"), client, "bank.example").version() == "TLSv1.1"


@pytest.mark.parametrize("fault", CERTIFICATES)
def test_all_others_are_of_an_authority_that_nobody_trusts(tmp_path: Path, fault: str) -> None:
    tls, root = own(tmp_path, depth=0)
    said = reason(tls.context, client_of(root, level=0), server_name(fault))
    assert said == REASONS["self-signed" if fault == "self-signed" else "unknown-authority"]


def test_a_further_name_that_is_none_is_told_where_a_fault_needs_it(tmp_path: Path) -> None:
    tls, _ = own(tmp_path, depth=0, names=["a b"])
    with pytest.raises(TlsError, match=r"^TLS name 'a b': expected a host name"):
        fault_context(tls, "expired")


def test_no_authority_is_made_for_it_before_a_fault_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    tls, root = own(tmp_path, depth=0)
    monkeypatch.setattr(trustme, "CA", lambda: made.append(1))
    assert shaken(tls.context, client_of(root), "bank.example").version()
    assert fault_context(tls, "old-protocol")
    assert made == []
