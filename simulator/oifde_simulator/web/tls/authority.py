"""TLS of the data plane: the server's context, and the authority that its clients are to trust.

Rule: certificates and keys are made and read in this room only, and a file once there is never replaced.
trustme makes them (ECDSA P-256, valid from 2000 to 3000, so a clock that is years off spoils nothing). It is
imported where it is used: importing it is nearly all that TLS adds to a cold start.
"""

from __future__ import annotations

import os
import socket
import ssl
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oifde_simulator.web.tls import handshake_log

if TYPE_CHECKING:
    import trustme

ALWAYS_NAMED = ("localhost", "127.0.0.1", "::1")
ANOTHER_AUTHORITY = "restore ca.pem and ca.key, or remove both to have a new authority made"
ANOTHER_PAIR = "give a PEM certificate (chain) and its private key without a passphrase"


class TlsError(ValueError):
    """What TLS was to be made of does not do. One line: where, what was expected and found, the fix."""

    def __init__(self, where: object, expected: str, found: object, fix: str) -> None:
        super().__init__(" ".join(f"{where}: expected {expected}, found {found}; {fix}".split()))


@dataclass(frozen=True, slots=True)
class ServerTls:
    """What the data plane needs to speak TLS, and what its clients need to verify it."""

    context: ssl.SSLContext
    ca_pem: bytes | None
    """The authority to trust, PEM; None where the certificate is the user's own."""


def authority(names: Sequence[str] = (), directory: Path | None = None) -> ServerTls:
    """TLS from an authority of our own; its leaf names this machine and `names`.

    With a `directory` the authority is kept there, so that what clients trust stays valid across starts.
    """
    import trustme

    tls = _issue(trustme.CA() if directory is None else _kept(directory), names)
    if directory is not None:
        pem = directory / "ca.pem"
        _prove(tls.context, _trusting(pem, tls.ca_pem), pem, ANOTHER_AUTHORITY)
    handshake_log.tell(tls.context, ours=True)
    return tls


def from_files(cert: Path, key: Path) -> ServerTls:
    """TLS from the user's own certificate chain and private key, both PEM."""
    trust = _trusting(cert, _read(cert), ANOTHER_PAIR)
    if _read(key) is None:
        raise TlsError(key, "a private key", "no file", ANOTHER_PAIR)
    context = _server_context()
    try:
        context.load_cert_chain(cert, key, password=lambda: _refuse_passphrase(key))
    except ssl.SSLError as error:
        raise TlsError(key, f"the private key of {cert}", _reason(error), ANOTHER_PAIR) from error
    _prove(context, trust, cert, ANOTHER_PAIR)
    handshake_log.tell(context, ours=False)
    return ServerTls(context, ca_pem=None)


def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Guess: [tls] 1.2 and later, no client certificate, no HTTP/2; a handshake would settle it.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _refuse_passphrase(key: Path) -> str:
    """Asked by OpenSSL for an encrypted key; without this it would ask the terminal, and wait."""
    raise TlsError(key, "a private key", "one with a passphrase", ANOTHER_PAIR)


def _issue(ca: trustme.CA, names: Sequence[str]) -> ServerTls:
    leaf = ca.issue_cert(*_identities(ca, names))
    context = _server_context()
    try:
        leaf.configure_cert(context)  # through a file of mode 0600, gone at once: bpo-16487
    except OSError as error:
        found = error.strerror or error
        raise TlsError(tempfile.gettempdir(), "a writable folder", found, "point TMPDIR to one") from error
    return ServerTls(context, ca.cert_pem.bytes())


def _identities(ca: trustme.CA, names: Sequence[str]) -> list[str]:
    for name in names:
        _check_name(ca, name)
    own = []
    with suppress(TlsError):  # a machine may be called what no certificate can say, such as my_host
        _check_name(ca, host := socket.gethostname())
        own = [host]
    return list(dict.fromkeys([*ALWAYS_NAMED, *own, *names]))


def _check_name(ca: trustme.CA, name: str) -> None:
    """Try the name on a leaf of its own, which takes half a millisecond and leaves the rules to trustme."""
    try:
        if {"@", "/"} & set(name):  # trustme would take them for mail addresses and networks
            raise ValueError("a mail address, a network or a URL")
        ca.issue_cert(name)
    except ValueError as error:
        expected = "a host name, *.domain or an IP address"
        raise TlsError(f"TLS name {name!r}", expected, error, "leave out scheme, port and path") from error


def _kept(directory: Path) -> trustme.CA:
    """The authority kept in `directory`, made there if there is none.

    A new `ca.key` holds the certificate too: then one exclusive link decides which of two servers that start
    at once has made the authority, and nobody ever waits for the second file.
    """
    import trustme

    pem, key = directory / "ca.pem", directory / "ca.key"
    _make(directory)
    certificate, secret = _read(pem), _read(key)  # in this order: ca.key is always there first
    if certificate is not None and secret is None:
        raise TlsError(key, "the private key of ca.pem beside it", "no file", ANOTHER_AUTHORITY)
    if secret is None:
        new = trustme.CA()
        secret = _publish(key, new.private_key_pem.bytes() + new.cert_pem.bytes())
    ca = _loaded(key, secret, *((key, secret) if certificate is None else (pem, certificate)))
    if certificate is None:
        _publish(pem, ca.cert_pem.bytes())
    return ca


def _loaded(key: Path, secret: bytes, pem: Path, certificate: bytes) -> trustme.CA:
    import trustme

    _trusting(pem, certificate)  # a fault in the certificate is told apart from one in the key
    try:
        ca = trustme.CA.from_pem(certificate, secret)
        ca.issue_cert("localhost")
    except Exception as error:  # cryptography's errors share no root of their own
        raise TlsError(key, "the private key of an authority", error, ANOTHER_AUTHORITY) from error
    return ca


def _make(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise TlsError(directory, "a folder", error.strerror, "give another folder") from error


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        fix = "let this user read it, or name another"
        raise TlsError(path, "a readable file", error.strerror, fix) from error


def _publish(path: Path, content: bytes) -> bytes:
    """Make the file, unless another process just did; what is in it now. Always whole, always 0600."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as draft:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
            with suppress(FileExistsError):
                os.link(draft.name, path)
    except OSError as error:
        fix = "give a writable folder on a file system with hard links"
        raise TlsError(path, "to write it", error.strerror, fix) from error
    return _read(path) or b""


def _trusting(path: Path, pem: bytes | None, fix: str = ANOTHER_AUTHORITY) -> ssl.SSLContext:
    """A client that trusts this certificate and nothing else."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a user's leaf is to be trusted by itself
    try:
        client.load_verify_locations(cadata=(pem or b"").decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        found = "no file" if pem is None else f"none that can be read ({_reason(error)})"
        raise TlsError(path, "a PEM certificate", found, fix) from error
    return client


def _prove(server: ssl.SSLContext, client: ssl.SSLContext, path: Path, fix: str) -> None:
    """Shake hands in memory: signature, dates and purpose as a client's OpenSSL judges them."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    caller = client.wrap_bio(down, up)
    callee = server.wrap_bio(up, down, server_side=True)
    try:
        for end in (caller, callee, caller):
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
    except ssl.SSLError as error:
        raise TlsError(path, "a certificate that clients accept", _reason(error), fix) from error


def _reason(error: Exception) -> str:
    """What OpenSSL has to say, without its file names and numbers."""
    said = getattr(error, "verify_message", None) or getattr(error, "reason", None) or str(error)
    return str(said).replace("_", " ").lower()
