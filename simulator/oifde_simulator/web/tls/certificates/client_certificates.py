"""Certificates for clients, made by our own authority at each call and kept nowhere.

cryptography is imported where it is used: a server that makes none does without.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.text import shown

if TYPE_CHECKING:
    from cryptography import x509

DEFAULT_SUBJECT = "oifde-client"
LONGEST_SUBJECT = 512
"""Characters of a subject."""
UTC = datetime.UTC
VALID = datetime.datetime(2000, 1, 1, tzinfo=UTC), datetime.datetime(3000, 1, 1, tzinfo=UTC)
"""First and last instant of a good certificate, as for those of the server."""
PERIODS: Mapping[str, tuple[datetime.datetime, datetime.datetime]] = {
    "expired": (VALID[0], datetime.datetime(2001, 1, 1, tzinfo=UTC)),
    "not-yet-valid": (datetime.datetime(2999, 1, 1, tzinfo=UTC), VALID[1]),
}
"""Faults that are a matter of dates."""
UNKNOWN_AUTHORITY = "unknown-authority"
FAULTS = (UNKNOWN_AUTHORITY, *PERIODS)
"""Reasons for which a server refuses a certificate that was made on purpose."""
EXAMPLES = "write a name such as app-1, or an RFC 4514 name such as CN=app-1,O=Example"


@dataclass(frozen=True, slots=True)
class ClientCertificates:
    """Maker of certificates for clients."""

    ca_pem: bytes
    """Certificate of the authority that signs, PEM."""
    ca_key: bytes = field(repr=False)
    """Its private key, PEM."""

    def make(self, subject: str = DEFAULT_SUBJECT, fault: str = "") -> bytes:
        """Make a private key and a certificate, in one PEM.

        `subject` is a common name or an RFC 4514 name; `fault` is one of FAULTS, or empty. Raises ValueError.
        """
        if fault == UNKNOWN_AUTHORITY:
            return foreign(subject)
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        issuer = x509.load_pem_x509_certificate(self.ca_pem)
        return _signed(subject, issuer, load_pem_private_key(self.ca_key, None), PERIODS.get(fault, VALID))


def foreign(subject: str = DEFAULT_SUBJECT) -> bytes:
    """Make a private key and a certificate of an authority that nobody knows. Raises ValueError."""
    import trustme

    ca = trustme.CA()
    return ClientCertificates(ca.cert_pem.bytes(), ca.private_key_pem.bytes()).make(subject)


def _signed(
    subject: str,
    issuer: x509.Certificate,
    issuer_key: Any,
    period: tuple[datetime.datetime, datetime.datetime],
) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name_of(subject))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(period[0])
        .not_valid_after(period[1])
    )
    for extension, critical in _extensions(issuer, key.public_key()):
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(issuer_key, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + certificate.public_bytes(Encoding.PEM)


def _extensions(issuer: x509.Certificate, public_key: Any) -> list[tuple[Any, bool]]:
    """List the extensions of a client's certificate, each with whether it is critical."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    no = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key())  # type: ignore[arg-type]
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.KeyUsage(digital_signature=True, **no), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
        (authority, False),
    ]


def name_of(subject: str) -> x509.Name:
    """Read a subject: with `=` it is a name as RFC 4514 writes it, else a common name. Raises ValueError."""
    from cryptography.x509 import Name, NameAttribute
    from cryptography.x509.oid import NameOID

    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise ValueError(f"expected 1 to {LONGEST_SUBJECT} characters, found {len(subject)}; {EXAMPLES}")
    if not subject.isprintable():
        raise ValueError(f"expected characters that can be printed, found {shown(subject)}; {EXAMPLES}")
    try:
        if "=" in subject:
            name = Name.from_rfc4514_string(subject)
        else:
            name = Name([NameAttribute(NameOID.COMMON_NAME, subject)])
        # Not every version of cryptography refuses these.
        if all(0 < len(each.value) <= 64 for each in name.get_attributes_for_oid(NameOID.COMMON_NAME)):
            return name
        raise ValueError
    except ValueError:
        expected = "parts such as CN, O and OU of 1 to 64 bytes, and a country C of two letters"
        raise ValueError(f"expected {expected}, found {shown(subject)}; {EXAMPLES}") from None
