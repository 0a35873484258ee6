"""Forms in which a text can hold a credential: plain, percent-encoded, escaped for JSON, in base64.

Rule: the beginning of a credential gives the beginning of each of its forms.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote


def forms(credential: str) -> Iterator[bytes]:
    """List the forms of a credential; some may be equal."""
    octets = credential.encode("utf-8", "surrogatepass")
    yield octets
    if not octets.isalnum():
        yield quote(octets, safe="").encode()
        yield quote(octets).encode()
        yield json.dumps(credential)[1:-1].encode()
        yield json.dumps(credential, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")
    for offset in range(3):
        yield from _in_base64(octets, offset)


def _in_base64(octets: bytes, offset: int) -> Iterator[bytes]:
    """List the base64 characters that the octets alone decide, with so many octets before them."""
    text = b64encode(bytes(offset) + octets)
    core = text[(8 * offset + 5) // 6 : 8 * (offset + len(octets)) // 6]
    yield core
    if not core.isalnum():
        yield core.replace(b"+", b"-").replace(b"/", b"_")
        yield core.replace(b"/", rb"\/")
