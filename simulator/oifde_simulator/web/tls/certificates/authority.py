"""TLS from a certificate authority of our own, which lasts for one start or is kept in a folder.

trustme makes the certificates (ECDSA P-256, and RSA 2048 as soon as a client takes no other; valid from 2000
to 3000, so a clock that is years off spoils nothing). It is imported where it is used: its import is nearly
all that TLS adds to a cold start.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from oifde_simulator.text import temporary_folder_error
from oifde_simulator.web.tls.certificates.authority_process import MadeAuthority, pem_of
from oifde_simulator.web.tls.certificates.files import make_folder, read, require_private, write_once
from oifde_simulator.web.tls.certificates.names import identities
from oifde_simulator.web.tls.context import (
    ServerTls,
    TlsError,
    client_context,
    load_chain,
    prove,
    server_context,
)
from oifde_simulator.web.tls.faults.certificates import FaultCertificates
from oifde_simulator.web.tls.faults.contexts import FaultContexts
from oifde_simulator.web.tls.faults.server_names import choose_by_server_name
from oifde_simulator.web.tls.handshakes import log as handshake_log
from oifde_simulator.web.tls.rsa_on_demand import RsaOnDemandContext

if TYPE_CHECKING:
    import trustme

FIX = "restore ca.pem and ca.key, or remove both to have a new authority made"


def tls_from_authority(
    names: Sequence[str] = (),
    directory: Path | None = None,
    *,
    host: str = "",
    advertised: Sequence[str] = (),
    shared: bytes | None = None,
    made: MadeAuthority | None = None,
) -> ServerTls:
    """Issue a certificate for this machine and `names`, and make TLS from it. Raises TlsError.

    `host` is where the server listens, `advertised` the hosts that clients are told; they are among the names
    if a certificate can have them. The authority is kept in `directory`, so that clients may trust it across
    starts; None makes a new one, unless `shared` has one that `new_authority` made at another replica, or
    another process has `made` one for this server.
    """
    if made is not None:
        tls = _issue(cache(made.load), made, names)
    else:
        ca = _authority(directory, shared)
        tls = _issue(lambda: ca, MadeAuthority.of(ca, identities(ca, names, host, *advertised)), names)
    if directory is not None:
        pem = directory / "ca.pem"
        prove(tls.context, client_context(pem, tls.ca_pem, FIX), pem, FIX)
    handshake_log.install(tls.context, own_authority=True)
    return tls


def new_authority() -> bytes:
    """Make the private key and the certificate of an authority (PEM)."""
    import trustme

    ca = trustme.CA()
    return ca.private_key_pem.bytes() + ca.cert_pem.bytes()


def _authority(directory: Path | None, shared: bytes | None) -> trustme.CA:
    import trustme

    if directory is not None:
        return _kept_authority(directory)
    if shared is None:
        return trustme.CA()
    place = Path("--state")
    return _load(place, shared, place, shared)


def _issue(ca: Callable[[], trustme.CA], made: MadeAuthority, except_for: Sequence[str]) -> ServerTls:
    leaves = [made.leaf]

    def leaf() -> bytes:
        return leaves.pop() if leaves else pem_of(ca().issue_cert(*made.names))

    @cache
    def rsa_leaf() -> bytes:
        import trustme

        return pem_of(ca().issue_cert(*made.names, key_type=trustme.KeyType.RSA))

    def load(into: RsaOnDemandContext) -> None:
        _load_leaf(into, leaf())
        into.load_rsa = lambda: _load_leaf(into, rsa_leaf())  # again, where no file could be opened

    context = server_context()
    load(context)
    faults = FaultContexts(lambda: FaultCertificates(ca(), made.names), load, own_authority=True)
    choose_by_server_name(context, faults, except_for=except_for)
    return ServerTls(context, made.certificate, made.key, faults)


def _load_leaf(context: ssl.SSLContext, pem: bytes) -> None:
    try:
        load_chain(context, pem)
    except OSError as error:
        raise TlsError(*temporary_folder_error(error)) from error


def _kept_authority(directory: Path) -> trustme.CA:
    """Load the authority kept in `directory`, or make one there.

    A new `ca.key` holds the certificate too. So one exclusive link decides which of two servers that start at
    once has made the authority, and neither waits for the second file of the other.
    """
    import trustme

    pem, key = directory / "ca.pem", directory / "ca.key"
    make_folder(directory)
    certificate, secret = read(pem), read(key)  # in this order: ca.key is always there first
    if certificate is not None and secret is None:
        raise TlsError(key, "the private key of ca.pem beside it", "no file", FIX)
    if secret is None:
        new = trustme.CA()
        secret = write_once(key, new.private_key_pem.bytes() + new.cert_pem.bytes())
    ca = _load(key, secret, *((key, secret) if certificate is None else (pem, certificate)))
    require_private(key)
    if certificate is None:
        write_once(pem, ca.cert_pem.bytes())
    return ca


def _load(key: Path, secret: bytes, pem: Path, certificate: bytes) -> trustme.CA:
    import trustme

    client_context(pem, certificate, FIX)  # a fault of the certificate is told apart from one of the key
    try:
        ca = trustme.CA.from_pem(certificate, secret)
        ca.issue_cert("localhost")
    except Exception as error:  # cryptography's errors share no root of their own
        raise TlsError(key, "the private key of an authority", error, FIX) from error
    return ca
