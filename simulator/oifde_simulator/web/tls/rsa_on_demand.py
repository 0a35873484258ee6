"""RSA certificate beside the ECDSA one, made when the first client calls that takes no other.

An RSA key takes about a tenth of a second to make: no start waits for it, and a server whose clients all take
ECDSA makes none. The first handshake that needs it holds the event loop meanwhile, once.

A server name may choose another context before OpenSSL has heard anything. Python's `sni_callback` would
refuse names that are not ASCII, with a traceback on standard error.

Rule: OpenSSL decides which certificate a client takes; what the client said is only told to it again.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from dataclasses import field

from oifde_simulator.fast_dataclasses import dataclass

log = logging.getLogger("oifde_simulator")

NO_CERTIFICATE_FITS = ("NO_SHARED_CIPHER", "NO_SUITABLE_SIGNATURE_ALGORITHM")
"""OpenSSL's reasons, of TLS 1.2 and 1.3, to refuse a client that does not take ECDSA."""

HANDSHAKE_RECORD = b"\x16"
"""First byte of a record of a handshake."""
HEADER_BYTES = 5
"""Bytes before the content of a record; the last two are its length."""


class RsaOnDemandContext(ssl.SSLContext):
    """Context of a server with an ECDSA certificate, which gets an RSA one when a client needs it."""

    load_rsa: Callable[[], None] | None = None
    """Load the RSA certificate into this context; None where that was done, or shall not be."""
    accepted_clients = ""
    """End of `have it show one`: whose certificates of clients are accepted."""
    choose: Callable[[bytes], RsaOnDemandContext | None] | None = None
    """Choose another context for a ClientHello, None for this one; None where there is no choice."""
    fault: str = ""
    """Name of what is wrong with this context on purpose; empty where nothing is."""

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """Make a TLS connection, which can begin again while there is no RSA certificate."""
        secure = super().wrap_bio(incoming, outgoing, server_side, server_hostname, session)
        if isinstance(secure, RepeatableHandshake):
            secure.outgoing = outgoing
            if self.load_rsa or self.choose:
                secure.beginning = Beginning(self, incoming, outgoing)
        return secure


class RepeatableHandshake(ssl.SSLObject):
    """TLS connection whose handshake begins again where the client needs an RSA certificate."""

    beginning: Beginning | None = None
    """What the client has said; None as soon as the server has answered, or cannot do better."""
    outgoing: ssl.MemoryBIO | None = None
    """What OpenSSL has written, and has not been sent."""

    def do_handshake(self) -> None:
        """Go on with the handshake."""
        if self.beginning is None:
            return super().do_handshake()
        self.beginning.record()
        if self.beginning.chosen():
            # Not `self.context = ...`: sessions of the context before would be resumed without a certificate.
            self._begin_again(self.beginning)
        try:
            super().do_handshake()
        except ssl.SSLWantReadError:
            if self.beginning.outgoing.pending:
                self.beginning = None
            raise
        except ssl.SSLError as error:
            beginning, self.beginning = self.beginning, None
            if error.reason not in NO_CERTIFICATE_FITS or not beginning.load_rsa():
                raise
            self._begin_again(beginning)
            super().do_handshake()

    def _begin_again(self, beginning: Beginning) -> None:
        # `SSLObject` is a shell around this attribute, and event loops keep the shell.
        self._sslobj = beginning.again()._sslobj  # type: ignore[attr-defined]


@dataclass(slots=True)
class Beginning:
    """First bytes of a client, and the buffers between its connection and OpenSSL."""

    context: RsaOnDemandContext
    incoming: ssl.MemoryBIO
    outgoing: ssl.MemoryBIO
    received: bytearray = field(default_factory=bytearray)
    has_chosen: bool = False

    def chosen(self) -> bool:
        """Choose another context, once the client's first record is whole; False for the same one."""
        if self.has_chosen or self.context.choose is None or not is_record(self.received):
            return False
        self.has_chosen = True
        chosen = self.context.choose(bytes(self.received))
        self.context = chosen or self.context
        return chosen is not None

    def record(self) -> None:
        """Copy the bytes that have arrived; OpenSSL reads them next."""
        arrived = self.incoming.read()
        self.incoming.write(arrived)
        self.received += arrived

    def load_rsa(self) -> bool:
        """Load the RSA certificate, once for all connections; False where that cannot be done now."""
        try:
            if self.context.load_rsa:
                self.context.load_rsa()
        except (OSError, ValueError) as error:
            log.warning("there is no RSA certificate for clients that do not take ECDSA: %s", error)
            return False
        self.context.load_rsa = None
        return True

    def again(self) -> ssl.SSLObject:
        """Make a TLS connection that hears the same bytes; the refusal of the first is not sent."""
        self.outgoing.read()
        self.incoming.read()
        self.incoming.write(self.received)
        return self.context.wrap_bio(self.incoming, self.outgoing, server_side=True)


def is_record(received: bytes | bytearray) -> bool:
    """Check that bytes are a whole record of TLS, or none of TLS (RFC 8446, section 5.1)."""
    if received[:1] != HANDSHAKE_RECORD:
        return bool(received)
    return len(received) >= HEADER_BYTES and len(received) >= HEADER_BYTES + int.from_bytes(received[3:5])
