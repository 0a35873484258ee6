"""TLS contexts, and the proof that clients accept a certificate. Rule: certificates come from elsewhere."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Protocol

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.web.tls.pem import certificates, describe
from oifde_simulator.web.tls.rsa_on_demand import RsaOnDemandContext


class TlsError(ValueError):
    """A certificate, key or folder does not do. One line: place, expectation, finding, fix."""

    def __init__(self, where: object, expected: str, found: object, fix: str) -> None:
        super().__init__(" ".join(f"{where}: expected {expected}, found {found}; {fix}".split()))


class FaultSource(Protocol):
    """Contexts that are wrong on purpose, by the name of their fault; any thread may ask."""

    counts: Counter[str]
    """Connections that met a fault, by its name."""
    prepare: Callable[[RsaOnDemandContext], None]
    """Function that prepares each context as the good one is."""

    def get(self, fault: str) -> RsaOnDemandContext:
        """Find or make a context. Raises TlsError where this system cannot."""


@dataclass(frozen=True, slots=True)
class ServerTls:
    """TLS of the data plane, and the certificate with which its clients verify it."""

    context: RsaOnDemandContext
    """Context of the server, with its certificate loaded."""
    ca_pem: bytes | None
    """Authority to trust, PEM; None where the certificate is the user's own."""
    ca_key: bytes | None = field(default=None, repr=False)
    """Private key of that authority, PEM."""
    faults: FaultSource | None = None
    """Contexts with a fault, each made when it is first wanted."""


def server_context() -> RsaOnDemandContext:
    """Make the context of the server, without a certificate."""
    context = RsaOnDemandContext(ssl.PROTOCOL_TLS_SERVER)
    # Guess: [tls] 1.2 and later, no client certificate, no HTTP/2; a handshake would settle it.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def client_context(path: Path, pem: bytes | None, fix: str) -> ssl.SSLContext:
    """Make the context of a client that trusts one certificate and no other.

    `pem` is the content of `path`, None where there is no file. Raises TlsError, which ends with `fix`.
    """
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a user's leaf is to be trusted by itself
    try:
        client.load_verify_locations(cadata=certificates(pem or b""))
    except (ssl.SSLError, ValueError) as error:
        found = "no file" if pem is None else f"none that can be read ({_why(pem, error)})"
        raise TlsError(path, "a PEM certificate", found, fix) from error
    return client


def load_chain(context: ssl.SSLContext, pem: bytes) -> None:
    """Have a server present the key and certificates in `pem`. Raises OSError without a writable folder.

    OpenSSL's Python reads files only (bpo-16487): where the system has one, a file in memory, so that no key
    comes to a disk and a read-only file system will do.
    """
    try:
        with open(os.memfd_create("certificate"), "wb") as file:
            file.write(pem)
            file.flush()
            context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")
    except (AttributeError, OSError):  # not Linux, or without /proc
        with tempfile.TemporaryDirectory(prefix="oifde-simulator-") as folder:  # of mode 0700
            path = Path(folder, "certificate.pem")
            path.write_bytes(pem)
            context.load_cert_chain(path)


def _why(pem: bytes, error: Exception) -> str:
    return openssl_reason(error) if certificates(pem) else f"it holds {describe(pem)}"


def prove(server: ssl.SSLContext, client: ssl.SSLContext, path: Path, fix: str) -> None:
    """Shake hands in memory, so that a client's OpenSSL judges signature, dates and purpose.

    Raises TlsError, which names the certificate's `path` and ends with `fix`.
    """
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    caller = client.wrap_bio(to_client, to_server)
    callee = server.wrap_bio(to_server, to_client, server_side=True)
    try:
        for end in (caller, callee, caller):
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
    except ssl.SSLError as error:
        raise TlsError(path, "a certificate that clients accept", openssl_reason(error), fix) from error


def openssl_reason(error: Exception) -> str:
    """Shorten an error of OpenSSL to its reason, without file names and numbers."""
    reason = getattr(error, "verify_message", None) or getattr(error, "reason", None) or str(error)
    return str(reason).replace("_", " ").lower()
