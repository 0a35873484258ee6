"""A log of TLS handshakes that fail: the event loops report none, and no request ever comes of one.

Rule: OpenSSL decides whom to trust; this module only logs its decision, with the likely fix.
"""

from __future__ import annotations

import logging
import ssl

log = logging.getLogger("oifde_simulator")

PLAIN_HTTP = (
    "the client spoke plain HTTP, and this port is https; write https:// in its URL, or serve --tls off"
)
TOO_OLD = "the client offers no TLS version and cipher that are accepted here; TLS 1.2 and later are"
UNTRUSTED = "the client does not believe our certificate: "
OWN_AUTHORITY = (
    "it does not trust our authority (a file of an earlier start? fetch /ca.pem again, or keep the authority "
    "with --tls-dir), or calls us by a name that the certificate does not have (--tls-name adds one)"
)
USER_CERTIFICATE = (
    "it does not trust who signed --tls-cert, lacks a certificate in between, or calls us by another name"
)

# OpenSSL's names of reasons, as Python shows them.
PLAIN_HTTP_REASONS = ("HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "WRONG_VERSION_NUMBER")
TOO_OLD_REASONS = (
    "UNSUPPORTED_PROTOCOL",
    "VERSION_TOO_LOW",
    "NO_SHARED_CIPHER",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "TLSV1_ALERT_INSUFFICIENT_SECURITY",
)
# A client chooses its alert itself: OpenSSL sends unknown ca or bad certificate, Java the third.
UNTRUSTED_REASONS = (
    "TLSV1_ALERT_UNKNOWN_CA",
    "SSLV3_ALERT_BAD_CERTIFICATE",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
)


class LoggedHandshake(ssl.SSLObject):
    """TLS connection whose failed handshake is logged; its certificate is the user's own."""

    causes: dict[str, str] = (
        dict.fromkeys(PLAIN_HTTP_REASONS, PLAIN_HTTP)
        | dict.fromkeys(TOO_OLD_REASONS, TOO_OLD)
        | dict.fromkeys(UNTRUSTED_REASONS, UNTRUSTED + USER_CERTIFICATE)
    )
    """Likely causes with their fixes, by OpenSSL's reason."""

    def do_handshake(self) -> None:
        """Go on with the handshake; a client that just leaves is no failure."""
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            raise
        except ssl.SSLError as error:
            reason = error.reason or str(error)
            cause = self.causes.get(reason)
            shown = reason.replace("_", " ").lower()
            log.warning("a TLS handshake failed (%s)%s", shown, f": {cause}" if cause else "")
            raise


class LoggedHandshakeOfAuthority(LoggedHandshake):
    """TLS connection whose failed handshake is logged; its certificate is of our own authority."""

    causes = LoggedHandshake.causes | dict.fromkeys(UNTRUSTED_REASONS, UNTRUSTED + OWN_AUTHORITY)


def install(context: ssl.SSLContext, *, own_authority: bool) -> None:
    """Log the failed handshakes of `context` from now on; `own_authority` chooses the advice."""
    context.sslobject_class = LoggedHandshakeOfAuthority if own_authority else LoggedHandshake
