"""Certificates that are wrong in one thing each, and their keys.

trustme makes what it can, cryptography the rest. Dates are far from any clock, as those of the good one are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from oifde_simulator.tls_faults import server_name

if TYPE_CHECKING:
    import trustme
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ANOTHER_HOST = "another-host.invalid"
"""Name in the certificate for another host: no host can have it (RFC 2606)."""
BEGINNING, END = datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
PAST, FUTURE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
DATES = {"expired": (BEGINNING, PAST), "not-yet-valid": (FUTURE, END)}
"""Beginning and end of certificates whose dates are wrong."""
RSA_BITS, WEAK_BITS = 2048, 1024
"""Bits of RSA keys: the least that is accepted today, and fewer (NIST SP 800-131A)."""


class FaultCertificates:
    """Makes PEM for each fault: a private key and its certificate, without what is above that."""

    def __init__(self, authority: trustme.CA, names: Sequence[str]) -> None:
        """Sign with `authority` where a fault allows it; `names` are those of the good certificate."""
        self._authority = authority
        self._names = names

    def make(self, fault: str, *, rsa: bool = False) -> bytes:
        """Make a certificate with its key; `rsa` is for clients that take no ECDSA."""
        names = [ANOTHER_HOST] if fault == "wrong-host" else [*self._names, server_name(fault)]
        begins, ends = dates = DATES.get(fault, (BEGINNING, END))
        authority = self._issuer(fault)
        leaf = authority.issue_cert(*names, not_before=begins, not_after=ends)
        pem, key = leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes()
        if fault == "weak-key":
            return _remade(pem, dates, self._weak_key, _loaded(authority.private_key_pem.bytes()))
        if fault == "self-signed":
            own = self._rsa_key if rsa else _loaded(key)
            return _remade(pem, dates, own, own)
        if rsa:
            return _remade(pem, dates, self._rsa_key, _loaded(authority.private_key_pem.bytes()))
        return key + pem

    def _issuer(self, fault: str) -> trustme.CA:
        if fault == "unknown-authority":
            return self._stranger
        return self._intermediate if fault == "incomplete-chain" else self._authority

    @cached_property
    def _stranger(self) -> trustme.CA:
        import trustme

        return trustme.CA()

    @cached_property
    def _intermediate(self) -> trustme.CA:
        return self._authority.create_child_ca()

    @cached_property
    def _rsa_key(self) -> RSAPrivateKey:
        """Private key of all certificates for clients that take RSA only: it takes a tenth of a second.

        Nor is it read from PEM, which takes as long again: all of it would be proved anew.
        """
        return _rsa_key(RSA_BITS)

    @cached_property
    def _weak_key(self) -> RSAPrivateKey:
        return _rsa_key(WEAK_BITS)


def _rsa_key(bits: int) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    return generate_private_key(public_exponent=65537, key_size=bits)


def _loaded(pem: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(pem, None)


def _remade(pem: bytes, dates: tuple[datetime, datetime], key: Any, signing: Any) -> bytes:
    """Make a certificate like that in `pem`, for another key or signed by itself, behind its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization as of
    from cryptography.hazmat.primitives.hashes import SHA256

    like = x509.load_pem_x509_certificate(pem)
    builder: Any = x509.CertificateBuilder(
        issuer_name=like.subject if key is signing else like.issuer,
        subject_name=like.subject,
        public_key=key.public_key(),
        serial_number=like.serial_number,
        not_valid_before=dates[0].replace(tzinfo=None),
        not_valid_after=dates[1].replace(tzinfo=None),
    )
    for extension in like.extensions:
        if key is not signing or not isinstance(extension.value, x509.AuthorityKeyIdentifier):
            builder = builder.add_extension(extension.value, extension.critical)
    secret: bytes = key.private_bytes(of.Encoding.PEM, of.PrivateFormat.TraditionalOpenSSL, of.NoEncryption())
    return secret + bytes(builder.sign(signing, SHA256()).public_bytes(of.Encoding.PEM))
