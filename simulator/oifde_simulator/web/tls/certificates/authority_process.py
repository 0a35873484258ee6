"""Makes an authority and its first certificate in another process, while the server is imported.

What makes certificates takes 12 MiB, and nearly all the time that TLS adds to a start. The other process
gives the memory back when it ends, and has a core of its own where there are two.

Rule: importing this module costs nothing, and whatever goes wrong there is done again in this process.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import trustme

NEEDED_BY_BOTH = (
    "datetime",
    "email.utils",
    "idna",
    "ipaddress",
    "oifde_simulator.web.tls.certificates.names",
)
"""Modules that the server needs too: they are imported once, before there are two processes."""


class MadeAuthority(NamedTuple):
    """An authority and a certificate that it has issued."""

    certificate: bytes
    """Certificate of the authority, PEM."""
    key: bytes
    """Private key of the authority, PEM."""
    names: list[str]
    """Names in the certificates that it issues for this server."""
    leaf: bytes
    """Private key and certificate for a server, PEM."""

    def __repr__(self) -> str:
        return f"MadeAuthority(names={self.names})"  # its keys are nobody's business

    @classmethod
    def of(cls, ca: trustme.CA, names: list[str]) -> MadeAuthority:
        """Issue a certificate."""
        leaf = pem_of(ca.issue_cert(*names))
        return cls(ca.cert_pem.bytes(), ca.private_key_pem.bytes(), names, leaf)

    def load(self) -> trustme.CA:
        """Load the authority, which can issue more."""
        import trustme

        return trustme.CA.from_pem(self.certificate, self.key)


class AuthorityProcess:
    """The other process."""

    def __init__(self, process: int, reader: int) -> None:
        """`reader` is the end of a pipe to which the process writes."""
        self._process = process
        self._reader: int | None = reader

    def result(self) -> MadeAuthority | None:
        """Wait for what it has made; None where it has failed, or was asked before."""
        if self._reader is None:
            return None
        with open(self._reader, "rb") as pipe:
            self._reader = None
            content = pipe.read()
        _, status = os.waitpid(self._process, 0)
        return MadeAuthority(*pickle.loads(content)) if status == 0 else None  # noqa: S301  our own process

    def close(self) -> None:
        """Wait for the end of the process, where nobody has asked for the result."""
        self.result()


def pem_of(leaf: trustme.LeafCert) -> bytes:
    """Return a private key and its certificates, PEM."""
    return leaf.private_key_and_cert_chain_pem.bytes()


def begin(names: Sequence[str], *hosts: str) -> AuthorityProcess | None:
    """Begin to make an authority; None where no process can be copied safely."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return None
    for name in NEEDED_BY_BOTH:
        import_module(name)
    try:
        reader, writer = os.pipe()
        process = os.fork()
    except OSError:  # a limit of processes or files: nothing that a server needs
        return None
    if process == 0:
        _make_and_end(writer, names, hosts)
    os.close(writer)
    return AuthorityProcess(process, reader)


def _make_and_end(writer: int, names: Sequence[str], hosts: Sequence[str]) -> None:
    code = 1
    try:
        import trustme

        from oifde_simulator.web.tls.certificates.names import identities

        ca = trustme.CA()
        with open(writer, "wb") as pipe:
            pipe.write(pickle.dumps(tuple(MadeAuthority.of(ca, identities(ca, names, *hosts)))))
        code = 0
    finally:
        os._exit(code)  # nothing of the server's is to be ended twice
