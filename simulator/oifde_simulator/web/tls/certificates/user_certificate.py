"""TLS from a certificate and a private key that the user gives as files."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from oifde_simulator.web.tls.certificates.files import read
from oifde_simulator.web.tls.certificates.names import identities
from oifde_simulator.web.tls.context import (
    ServerTls,
    TlsError,
    client_context,
    openssl_reason,
    prove,
    server_context,
)
from oifde_simulator.web.tls.faults.certificates import FaultCertificates
from oifde_simulator.web.tls.faults.contexts import FaultContexts
from oifde_simulator.web.tls.faults.server_names import choose_by_server_name
from oifde_simulator.web.tls.handshakes import log as handshake_log
from oifde_simulator.web.tls.pem import describe, has_private_key, leaf_alone, readable

FIX = "give a PEM certificate (chain) and its private key without a passphrase"


def tls_from_files(
    cert: Path, key: Path, *, unproved: bool = False, names: Sequence[str] = (), host: str = ""
) -> ServerTls:
    """Make TLS from a certificate (chain) and its private key, both PEM. Raises TlsError.

    With `unproved` a certificate is served that clients refuse, such as an expired one. Certificates with a
    fault are made for `names` and `host`, and signed by an authority of ours.
    """
    certificate, secret = read(cert), read(key)
    client = client_context(cert, certificate, FIX)
    if secret is None:
        raise TlsError(key, "a private key", "no file", FIX)
    if not has_private_key(secret):
        raise TlsError(key, f"the private key of {cert}", f"{describe(secret)} in it", FIX)
    context = server_context()
    pem, private = certificate or b"", secret

    def load(into: ssl.SSLContext) -> None:
        with readable(cert, pem) as chain, readable(key, private) as own_key:
            into.load_cert_chain(chain, own_key, password=lambda: _refuse_passphrase(key))

    try:
        load(context)
    except ssl.SSLError as error:
        raise TlsError(key, f"the private key of {cert}", openssl_reason(error), FIX) from error
    if not unproved:
        prove(context, client, cert, f"{FIX}, or serve it on purpose with --tls-cert-invalid-ok")
    handshake_log.install(context, own_authority=False)
    faults = FaultContexts(
        partial(_fault_certificates, names, host),
        load,
        own_authority=False,
        leaf_alone=leaf_alone(pem, private),
    )
    choose_by_server_name(context, faults, except_for=names)
    return ServerTls(context, ca_pem=None, faults=faults)


def _fault_certificates(names: Sequence[str], host: str) -> FaultCertificates:
    """Make certificates with a fault, of an authority that no client trusts."""
    import trustme  # slow, and needed where a fault is wanted only

    authority = trustme.CA()
    return FaultCertificates(authority, identities(authority, names, host))


def _refuse_passphrase(key: Path) -> str:
    """Raise TlsError when OpenSSL asks for a passphrase; otherwise it would ask the terminal, and wait."""
    raise TlsError(key, "a private key", "one with a passphrase", FIX)
