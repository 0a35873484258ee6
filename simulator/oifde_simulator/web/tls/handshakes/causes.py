"""Likely causes of failed TLS handshakes, with their fixes, by the reasons that OpenSSL tells.

Rule: a cause says what to do, on whichever side it is.
"""

from __future__ import annotations

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

NO_CERTIFICATE = (
    "the client showed no certificate, and --client-cert require asks for one; have it show one{}, or serve "
    "--client-cert request"
)
UNREADABLE = "the client's certificate cannot be read: it has names that are no text"
OTHER_CERTIFICATE = "the client's certificate is refused; have it show one{} that is valid now"

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
# Of the server itself, about the client.
CLIENT_REASONS = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": NO_CERTIFICATE,
    "CERTIFICATE_VERIFY_FAILED": OTHER_CERTIFICATE,
}
# What a client says of a certificate by its alert.
ALERTS = {
    "TLSV1_ALERT_UNKNOWN_CA": "unknown certificate authority",
    "SSLV3_ALERT_BAD_CERTIFICATE": "bad certificate",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "certificate unknown",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "certificate has expired",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": "unsupported certificate",
    "WRONG_VERSION_NUMBER": "unsupported version",
}


def causes_of(distrust: str) -> dict[str, str]:
    """Map OpenSSL's reasons to likely causes; `distrust` says why a client may not trust the certificate."""
    return (
        dict.fromkeys(PLAIN_HTTP_REASONS, PLAIN_HTTP)
        | dict.fromkeys(TOO_OLD_REASONS, TOO_OLD)
        | dict.fromkeys(UNTRUSTED_REASONS, UNTRUSTED + distrust)
    )
