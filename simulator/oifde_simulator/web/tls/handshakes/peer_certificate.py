"""The certificate that a client has shown and OpenSSL has verified, as texts by field.

A name is written as `openssl x509 -subject -nameopt RFC2253,utf8,-esc_msb` writes it: the last part first.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from typing import Any

LONGEST = 1024
"""Characters of a text that are kept."""
SHORT = {
    "commonName": "CN",
    "countryName": "C",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "streetAddress": "street",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "domainComponent": "DC",
    "userId": "UID",
    "surname": "SN",
    "givenName": "GN",
}
"""OpenSSL's short names of attributes by its long ones; others are called the same."""
SPECIAL = re.compile(r'[,+"\\<>;]|^[ #]| $')
"""Characters that RFC 4514, section 2.4, has escaped."""
Name = Iterable[Iterable[tuple[str, str]]]


def certificate_of(transport: asyncio.BaseTransport) -> Mapping[str, str] | None:
    """Describe the certificate of the client at the other end; None without one."""
    shown = transport.get_extra_info("peercert")
    return describe(shown) if shown else None


def describe(found: Mapping[str, Any]) -> Mapping[str, str]:
    """Describe a certificate as `ssl` has it; a field that it does not have is left out."""
    subject = found.get("subject", ())
    common = [text for part in subject for name, text in part if name == "commonName"]
    names = [f"{kind}:{text}" for kind, text in found.get("subjectAltName", ())]
    fields = {
        "subject": name_text(subject),
        "common_name": common[-1] if common else None,
        "issuer": name_text(found.get("issuer", ())),
        "serial": found.get("serialNumber"),
        "names": ", ".join(names) if names else None,
    }
    return {name: str(text)[:LONGEST] for name, text in fields.items() if text is not None}


def name_text(name: Name) -> str:
    """Write a name as RFC 4514 does."""
    parts = ["+".join(f"{SHORT.get(kind, kind)}={_escaped(text)}" for kind, text in part) for part in name]
    return ",".join(reversed(parts))


def _escaped(text: str) -> str:
    return SPECIAL.sub(lambda found: f"\\{found[0]}", text).replace("\0", "\\00")
