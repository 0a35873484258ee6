"""TLS contexts for clients of the vendor's port."""

from __future__ import annotations

import ssl
from pathlib import Path


def trusting(authority: bytes | None) -> ssl.SSLContext:
    """Make a context that trusts `authority` (PEM) and no other; a default context without one."""
    return ssl.create_default_context(cadata=authority.decode() if authority else None)


def showing(authority: bytes | None, certificate: bytes) -> ssl.SSLContext:
    """Make such a context that shows a certificate: its private key and itself, in one PEM.

    Python reads both from a file only; it is gone afterwards, and nobody else can read it.
    """
    import tempfile  # not needed by most programs

    context = trusting(authority)
    with tempfile.TemporaryDirectory(prefix="oifde-simulator-") as folder:  # of mode 0700
        path = Path(folder, "client.pem")
        path.write_bytes(certificate)
        context.load_cert_chain(path)
    return context
