"""Trust stores in PKCS#12 (RFC 7292), as Java's keytool, .NET and OpenSSL read them.

Rule: nothing in one is secret, so it is not encrypted, and its password is known to all. Standard library
only, since older versions of `cryptography` cannot write the attribute by which Java trusts a certificate.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from oifde_simulator.bounded_cache import bounded_cache
from oifde_simulator.web.tls.pem import encoded_certificates

PASSWORD = "changeit"  # noqa: S105  the usual one of Java's own trust store
"""Password of every trust store."""
ALIAS = "oifde-simulator"
"""Name of our authority in a trust store."""
DATA = "1.2.840.113549.1.7.1"
"""Content type `data` (RFC 5652, section 4)."""
CERTIFICATE_BAG, X509_CERTIFICATE = "1.2.840.113549.1.12.10.1.3", "1.2.840.113549.1.9.22.1"
"""Kinds of a bag, and of the certificate in it (RFC 7292, section 4.2.3)."""
FRIENDLY_NAME = "1.2.840.113549.1.9.20"
"""Attribute with the alias (RFC 2985, section 5.5.1)."""
JAVA_TRUSTED, ANY_USAGE = "2.16.840.1.113894.746875.1.1", "2.5.29.37.0"
"""Attribute of Oracle's by which Java trusts a certificate, and its value: for any usage."""
MAC_HASH, MAC_BLOCK, MAC_ROUNDS = "sha1", 64, 2048
"""Hash of the check sum, the only one that every reader knows; its block in bytes; how often it is taken."""
MAC_HASH_ID = "1.3.14.3.2.26"
MAC_PURPOSE = b"\3"
"""Purpose of the derived key: a check sum (RFC 7292, appendix B.3)."""
SEQUENCE, SET, NULL, INTEGER, OBJECT_ID, OCTETS, BMP_TEXT = 0x30, 0x31, 0x05, 0x02, 0x06, 0x04, 0x1E
EXPLICIT = 0xA0
"""Tags of ASN.1's DER."""


def trust_store(authorities: Mapping[str, bytes]) -> bytes:
    """Write a trust store of certificates (DER) by their aliases; the same ones give the same bytes."""
    bags = [_bag(alias, certificate) for alias, certificate in authorities.items()]
    safe = _sequence(_content(_sequence(*bags)))
    salt = hashlib.sha256(safe).digest()[:20]
    check = _sequence(
        _sequence(
            _sequence(_object_id(MAC_HASH_ID), _der(NULL)),
            _der(OCTETS, hmac.digest(_mac_key(salt), safe, MAC_HASH)),
        ),
        _der(OCTETS, salt),
        _integer(MAC_ROUNDS),
    )
    return _sequence(_integer(3), _content(safe), check)


@bounded_cache(1 << 20)
def trust_store_of(authority: bytes) -> bytes:
    """Write a trust store of one authority (PEM)."""
    return trust_store({ALIAS: encoded_certificates(authority)[0]})


def _bag(alias: str, certificate: bytes) -> bytes:
    attributes = [
        _attribute(FRIENDLY_NAME, _der(BMP_TEXT, alias.encode("utf-16-be"))),
        _attribute(JAVA_TRUSTED, _object_id(ANY_USAGE)),
    ]
    return _sequence(
        _object_id(CERTIFICATE_BAG),
        _explicit(_sequence(_object_id(X509_CERTIFICATE), _explicit(_der(OCTETS, certificate)))),
        _der(SET, *sorted(attributes)),  # in the order that DER wants
    )


def _attribute(kind: str, value: bytes) -> bytes:
    return _sequence(_object_id(kind), _der(SET, value))


def _content(octets: bytes) -> bytes:
    return _sequence(_object_id(DATA), _explicit(_der(OCTETS, octets)))


def _mac_key(salt: bytes) -> bytes:
    """Derive the key of the check sum from the password (RFC 7292, appendix B.2)."""
    password = PASSWORD.encode("utf-16-be") + b"\0\0"
    key = MAC_PURPOSE * MAC_BLOCK + _filled(salt) + _filled(password)
    for _ in range(MAC_ROUNDS):
        key = hashlib.new(MAC_HASH, key, usedforsecurity=False).digest()
    return key


def _filled(octets: bytes) -> bytes:
    """Repeat octets until they fill whole blocks."""
    length = -(-len(octets) // MAC_BLOCK) * MAC_BLOCK
    return (octets * (length // len(octets) + 1))[:length]


def _sequence(*parts: bytes) -> bytes:
    return _der(SEQUENCE, *parts)


def _explicit(part: bytes) -> bytes:
    return _der(EXPLICIT, part)


def _integer(number: int) -> bytes:
    return _der(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _object_id(text: str) -> bytes:
    first, second, *others = map(int, text.split("."))
    return _der(OBJECT_ID, b"".join(map(_base_128, [first * 40 + second, *others])))


def _base_128(number: int) -> bytes:
    septets = [number & 127]
    while number := number >> 7:
        septets.insert(0, number & 127 | 128)
    return bytes(septets)


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(length)]) + length + content
