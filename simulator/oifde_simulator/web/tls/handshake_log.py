"""TLS handshakes that fail, told in the log: the event loops tell nobody, and no request ever comes of one.

Rule: nothing here decides whom to believe; it only says what OpenSSL decided, with the likely fix.
"""

from __future__ import annotations

import logging
import ssl

log = logging.getLogger("oifde_simulator")

PLAIN = "the client spoke plain HTTP, and this port is https; write https:// in its URL, or serve --tls off"
OLD = "the client offers no TLS version and cipher that are accepted here; TLS 1.2 and later are"
NOT_TRUSTED = "the client does not believe our certificate: "
OURS = (
    "it does not trust our authority (a file of an earlier start? fetch /ca.pem again, or keep the authority "
    "with --tls-dir), or calls us by a name that the certificate does not have (--tls-name adds one)"
)
THEIRS = (
    "it does not trust who signed --tls-cert, lacks a certificate in between, or calls us by another name"
)

# OpenSSL's names of reasons, as Python shows them.
PLAINLY = ("HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "WRONG_VERSION_NUMBER")
TOO_OLD = (
    "UNSUPPORTED_PROTOCOL",
    "VERSION_TOO_LOW",
    "NO_SHARED_CIPHER",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "TLSV1_ALERT_INSUFFICIENT_SECURITY",
)
# Which alert a client sends is its own choice: OpenSSL's unknown ca or bad certificate, Java's the third.
UNTRUSTED = (
    "TLSV1_ALERT_UNKNOWN_CA",
    "SSLV3_ALERT_BAD_CERTIFICATE",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
)


class Told(ssl.SSLObject):
    """A connection whose failed handshake is told; its certificate is the user's."""

    words: dict[str, str] = (
        dict.fromkeys(PLAINLY, PLAIN)
        | dict.fromkeys(TOO_OLD, OLD)
        | dict.fromkeys(UNTRUSTED, NOT_TRUSTED + THEIRS)
    )

    def do_handshake(self) -> None:
        """Go on with the handshake; a client that just leaves is no failure."""
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            raise
        except ssl.SSLError as error:
            reason = error.reason or str(error)
            likely = self.words.get(reason)
            said = reason.replace("_", " ").lower()
            log.warning("a TLS handshake failed (%s)%s", said, f": {likely}" if likely else "")
            raise


class ToldOurs(Told):
    """The same where an authority of ours has made the certificate."""

    words = Told.words | dict.fromkeys(UNTRUSTED, NOT_TRUSTED + OURS)


def tell(context: ssl.SSLContext, *, ours: bool) -> None:
    """From now on have failed handshakes of `context` told; `ours` where the authority is."""
    context.sslobject_class = ToldOurs if ours else Told
