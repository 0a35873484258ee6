"""A log of TLS handshakes that fail, and of clients that leave after one without a request.

The event loops report none of them. OpenSSL, and so Python and curl, refuses a certificate amid the
handshake, and says so by an alert. asyncio and aiohttp then close the connection before the alert is sent.
Node, and Java where it verifies the name itself, judge when the handshake is over and close the connection.

Rule: OpenSSL decides whom to trust; this module only logs its decision, with the likely fix.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextvars import ContextVar
from socket import socket
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.web.tls.handshakes.alerts import send_alert
from oifde_simulator.web.tls.handshakes.causes import (
    ALERTS,
    CLIENT_REASONS,
    OWN_AUTHORITY,
    PLAIN_HTTP_REASONS,
    UNREADABLE,
    USER_CERTIFICATE,
    causes_of,
)
from oifde_simulator.web.tls.rsa_on_demand import RepeatableHandshake

log = logging.getLogger("oifde_simulator")

FAILED = "a TLS handshake failed"
REFUSED = "was refused by the client: "
LEFT = "left right after the TLS handshake, without a request"
SILENT = "closed its connection right after the TLS handshake, without a request; perhaps "
MIDST = "the client closed the connection in its midst, without an alert"
TOO_LONG = "it was not over in time"
FIRST_BYTES = 2
"""Call of `do_handshake` that reads the first bytes of a client."""


@dataclass(slots=True)
class Handshake:
    """What is known of one handshake."""

    client: str = ""
    """Address of the client, with its port."""
    fault: str = ""
    """Name of what is wrong with it on purpose; empty where nothing is."""
    calls: int = 0
    """Calls of `do_handshake`: the first before the client has sent anything, each other one after bytes."""
    logged: bool = False
    connection: socket | None = None
    """Connection on which it takes place; None where it is not known."""
    rest: socket | None = None
    """What is left of a connection whose handshake was refused, with the alert on its way; None else."""

    def refuse(self, outgoing: ssl.MemoryBIO | None) -> None:
        """Send the alert that OpenSSL has left in `outgoing`."""
        if self.connection is not None and outgoing is not None:
            self.rest = send_alert(self.connection, outgoing)

    def log(self, what: str, cause: str | None) -> None:
        """Log that the handshake failed, once."""
        if not self.logged:
            self.logged = True
            client = f"; client {self.client}" if self.client else ""
            log.warning("%s (%s%s)%s", FAILED, what, client, f": {cause}" if cause else "")

    def log_as_meant(self, what: str) -> None:
        """Log what became of the handshake on purpose, once."""
        if not self.logged:
            self.logged = True
            log.warning("a TLS handshake %s (%s)", what, _on_purpose(self.fault, self.client))


CURRENT: ContextVar[Handshake | None] = ContextVar("handshake", default=None)
"""Handshake of the connection that is being accepted."""


class LoggedHandshake(RepeatableHandshake):
    """TLS connection whose failed handshake is logged; its certificate is the user's own."""

    causes: dict[str, str] = causes_of(USER_CERTIFICATE)
    """Likely causes with their fixes, by OpenSSL's reason."""
    distrust = USER_CERTIFICATE
    """Likely cause where a client does not trust the certificate."""
    handshake: Handshake | None = None
    """What is known of the handshake, from its beginning on."""
    has_received = False
    """True as soon as the client has sent something."""

    def read(self, len: int = 1024, buffer: Any = None) -> Any:
        """Read what the client has sent."""
        found = super().read(len) if buffer is None else super().read(len, buffer)
        if found:
            self.has_received = True
        return found

    def getpeercert(self, binary_form: bool = False) -> Any:
        """Read the certificate that the client has shown. Raises SSLError for one that cannot be read."""
        try:
            return super().getpeercert(binary_form)
        except UnicodeDecodeError:  # event loops would show it with a traceback
            (self.handshake or Handshake()).log(UNREADABLE, None)
            self.has_received = True  # that the client leaves is no news
            raise ssl.SSLError(UNREADABLE) from None

    def log_silence(self) -> None:
        """Log that the client has left; do nothing if it had sent something, or at a second time."""
        if not self.has_received:
            self.has_received = True
            handshake = self.handshake or Handshake()
            if handshake.fault:
                log.warning("a client %s (%s)", LEFT, _on_purpose(handshake.fault, handshake.client))
                return
            client = f" ({handshake.client})" if handshake.client else ""
            log.warning("a client%s %s%s", client, SILENT, self.distrust)

    def do_handshake(self) -> None:
        """Go on with the handshake."""
        handshake = self.handshake = self.handshake or CURRENT.get() or Handshake()
        handshake.calls += 1
        try:
            self._go_on(handshake)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            raise
        except ssl.SSLError as error:
            self._log_error(handshake, error, error.reason or str(error))
            handshake.refuse(self.outgoing)  # logged by then: who is refused may look for the line
            raise

    def _cause(self, reason: str) -> str | None:
        """Find the likely cause of a failure, with its fix."""
        if reason not in CLIENT_REASONS:
            return self.causes.get(reason)
        return CLIENT_REASONS[reason].format(getattr(self.context, "accepted_clients", ""))

    def _go_on(self, handshake: Handshake) -> None:
        """Go on with the handshake, which may turn out to have a fault by its server name."""
        try:
            super().do_handshake()
        finally:
            handshake.fault = getattr(self.context, "fault", "")

    def _log_error(self, handshake: Handshake, error: ssl.SSLError, reason: str) -> None:
        told = _words(error, reason)
        # A client may refuse an old version in a record of its own version, which is a wrong one here.
        is_plain = reason in PLAIN_HTTP_REASONS and handshake.calls <= FIRST_BYTES
        if not handshake.fault or is_plain or reason in CLIENT_REASONS:
            handshake.log(told, self._cause(reason))
        elif "ALERT" in reason or reason in PLAIN_HTTP_REASONS:
            handshake.log_as_meant(REFUSED + ALERTS.get(reason, told))
        else:
            handshake.log_as_meant(f"was refused: {told}")


class LoggedHandshakeOfAuthority(LoggedHandshake):
    """TLS connection whose failed handshake is logged; its certificate is of our own authority."""

    distrust = OWN_AUTHORITY
    causes = causes_of(OWN_AUTHORITY)


def _words(error: ssl.SSLError, reason: str) -> str:
    """Write OpenSSL's reason, and what it found in the client's certificate."""
    found = getattr(error, "verify_message", "")
    return reason.replace("_", " ").lower() + (f": {found}" if found else "")


def _on_purpose(fault: str, client: str) -> str:
    return f"served on purpose: {fault}" + (f"; client {client}" if client else "")


def log_silent_end(transport: asyncio.BaseTransport | None) -> None:
    """Log that a client ended a TLS connection on which it had sent nothing."""
    try:
        secure = transport.get_extra_info("ssl_object") if transport is not None else None
    except AttributeError:  # asyncio's transport, once it has been aborted
        return
    if isinstance(secure, LoggedHandshake):
        secure.log_silence()


def log_end(context: ssl.SSLContext, handshake: Handshake, error: OSError) -> None:
    """Log how a handshake ended that OpenSSL has not judged; do nothing for a client that only knocked."""
    if handshake.calls > 1:
        distrust = getattr(context.sslobject_class, "distrust", USER_CERTIFICATE)
        timed_out = isinstance(error, ConnectionAbortedError)
        if handshake.fault and not timed_out:
            handshake.log_as_meant(f"{REFUSED}it closed the connection, without an alert")
        handshake.log(TOO_LONG if timed_out else MIDST, None if timed_out else f"perhaps {distrust}")


def install(context: ssl.SSLContext, *, own_authority: bool) -> None:
    """Log the failed handshakes of `context` from now on; `own_authority` chooses the advice."""
    context.sslobject_class = LoggedHandshakeOfAuthority if own_authority else LoggedHandshake
