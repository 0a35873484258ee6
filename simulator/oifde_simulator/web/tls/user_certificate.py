"""TLS from a certificate and a private key that the user gives as files."""

from __future__ import annotations

import ssl
from pathlib import Path

from oifde_simulator.web.tls import handshake_log
from oifde_simulator.web.tls.context import (
    ServerTls,
    TlsError,
    client_context,
    openssl_reason,
    prove,
    server_context,
)
from oifde_simulator.web.tls.files import read
from oifde_simulator.web.tls.pem import describe, has_private_key, readable

FIX = "give a PEM certificate (chain) and its private key without a passphrase"


def tls_from_files(cert: Path, key: Path, *, unproved: bool = False) -> ServerTls:
    """Make TLS from a certificate (chain) and its private key, both PEM. Raises TlsError.

    With `unproved` a certificate is served that clients refuse, such as an expired one.
    """
    certificate, secret = read(cert), read(key)
    client = client_context(cert, certificate, FIX)
    if secret is None:
        raise TlsError(key, "a private key", "no file", FIX)
    if not has_private_key(secret):
        raise TlsError(key, f"the private key of {cert}", f"{describe(secret)} in it", FIX)
    context = server_context()
    try:
        with readable(cert, certificate or b"") as chain, readable(key, secret) as own_key:
            context.load_cert_chain(chain, own_key, password=lambda: _refuse_passphrase(key))
    except ssl.SSLError as error:
        raise TlsError(key, f"the private key of {cert}", openssl_reason(error), FIX) from error
    if not unproved:
        prove(context, client, cert, f"{FIX}, or serve it on purpose with --tls-cert-invalid-ok")
    handshake_log.install(context, own_authority=False)
    return ServerTls(context, ca_pem=None)


def _refuse_passphrase(key: Path) -> str:
    """Raise TlsError when OpenSSL asks for a passphrase; otherwise it would ask the terminal, and wait."""
    raise TlsError(key, "a private key", "one with a passphrase", FIX)
