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

FIX = "give a PEM certificate (chain) and its private key without a passphrase"


def tls_from_files(cert: Path, key: Path) -> ServerTls:
    """Make TLS from a certificate (chain) and its private key, both PEM. Raises TlsError."""
    client = client_context(cert, read(cert), FIX)
    if read(key) is None:
        raise TlsError(key, "a private key", "no file", FIX)
    context = server_context()
    try:
        context.load_cert_chain(cert, key, password=lambda: _refuse_passphrase(key))
    except ssl.SSLError as error:
        raise TlsError(key, f"the private key of {cert}", openssl_reason(error), FIX) from error
    prove(context, client, cert, FIX)
    handshake_log.install(context, own_authority=False)
    return ServerTls(context, ca_pem=None)


def _refuse_passphrase(key: Path) -> str:
    """Raise TlsError when OpenSSL asks for a passphrase; otherwise it would ask the terminal, and wait."""
    raise TlsError(key, "a private key", "one with a passphrase", FIX)
