"""Certificates that are wrong in one thing each, and their keys.

trustme makes what it can, cryptography the rest. Dates are far from any clock, as those of the good one are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from oifde_simulator.tls_faults import CERTIFICATES, server_name

if TYPE_CHECKING:
    import trustme
    from cryptography import x509

ANOTHER_HOST = "another-host.invalid"
"""Name in the certificate for another host: no host can have it (RFC 2606)."""
BEGINNING, PAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)
FUTURE, END = datetime(2999, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
WEAK_BITS = 1024
"""Bits of an RSA key that is refused today (NIST SP 800-131A)."""


class FaultCertificates:
    """Makes PEM for each fault: a private key, its certificate, and what belongs to that."""

    def __init__(self, authority: trustme.CA, names: Sequence[str]) -> None:
        """Sign with `authority` where a fault allows it; `names` are those of the good certificate."""
        self._authority = authority
        self._names = names

    def make(self, fault: str, *, rsa: bool = False) -> bytes:
        """Make a certificate with its key; `rsa` is for clients that take no ECDSA."""
        names = [*self._names, server_name(fault)]
        if fault == "self-signed":
            return _self_signed(names, rsa=rsa)
        if fault == "weak-key":
            return self._weak(names)
        authority, options = self._issuer(fault)
        named = [ANOTHER_HOST] if fault == "wrong-host" else names
        leaf = authority.issue_cert(*named, key_type=_key_type(rsa=rsa), **options)
        chain = leaf.cert_chain_pems[:1] if fault == "incomplete-chain" else leaf.cert_chain_pems
        return leaf.private_key_pem.bytes() + b"".join(each.bytes() for each in chain)

    def _issuer(self, fault: str) -> tuple[trustme.CA, dict[str, Any]]:
        assert fault in CERTIFICATES
        if fault == "expired":
            return self._authority, {"not_before": BEGINNING, "not_after": PAST}
        if fault == "not-yet-valid":
            return self._authority, {"not_before": FUTURE, "not_after": END}
        if fault == "unknown-authority":
            return self._stranger, {}
        return (self._intermediate if fault == "incomplete-chain" else self._authority), {}

    @cached_property
    def _stranger(self) -> trustme.CA:
        import trustme

        return trustme.CA()

    @cached_property
    def _intermediate(self) -> trustme.CA:
        return self._authority.create_child_ca()

    def _weak(self, names: Sequence[str]) -> bytes:
        """Sign a weak key: the certificate is that of another key, with this one in its place."""
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        key = generate_private_key(public_exponent=65537, key_size=WEAK_BITS)
        strong = x509.load_pem_x509_certificate(self._authority.issue_cert(*names).cert_chain_pems[0].bytes())
        signing: Any = load_pem_private_key(self._authority.private_key_pem.bytes(), None)
        return _pem(key, _copied(strong, key, issuer=strong.issuer).sign(signing, _sha256()))


def _self_signed(names: Sequence[str], *, rsa: bool) -> bytes:
    """Have a certificate sign itself: all but the issuer is as trustme makes it."""
    import trustme
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    leaf = trustme.CA().issue_cert(*names, key_type=_key_type(rsa=rsa))
    made = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())
    key: Any = load_pem_private_key(leaf.private_key_pem.bytes(), None)
    return _pem(key, _copied(made, key, issuer=made.subject).sign(key, _sha256()))


def _copied(made: x509.Certificate, key: Any, *, issuer: x509.Name) -> x509.CertificateBuilder:
    """Begin a certificate like `made`, for another key or issuer; a new issuer has no key identifier."""
    from cryptography import x509

    builder = (
        x509.CertificateBuilder()
        .subject_name(made.subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(made.serial_number)
        .not_valid_before(BEGINNING)
        .not_valid_after(END)
    )
    for extension in made.extensions:
        if issuer == made.issuer or not isinstance(extension.value, x509.AuthorityKeyIdentifier):
            builder = builder.add_extension(extension.value, extension.critical)
    return builder


def _key_type(*, rsa: bool) -> trustme.KeyType:
    import trustme

    return trustme.KeyType.RSA if rsa else trustme.KeyType.ECDSA


def _sha256() -> Any:
    from cryptography.hazmat.primitives.hashes import SHA256

    return SHA256()


def _pem(key: Any, certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    secret = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return bytes(secret) + certificate.public_bytes(Encoding.PEM)
