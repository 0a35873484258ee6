"""PEM files: their blocks, whatever text stands around these (RFC 7468, section 2)."""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
CERTIFICATES = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")
"""Labels of a certificate that OpenSSL reads."""
PRIVATE_KEY = "PRIVATE KEY"
"""End of each label of a private key, whatever its kind."""


def certificates(content: bytes) -> str:
    """Extract the certificates of a file; empty if there is none."""
    found = [match[0] for match in BLOCK.finditer(content) if match[1].decode() in CERTIFICATES]
    return b"\n".join(found).decode("ascii", "replace")


def encoded_certificates(content: bytes) -> Sequence[bytes]:
    """Extract the certificates of a file in DER. Raises ValueError for one that is not base64."""
    found = [match[0] for match in BLOCK.finditer(content) if match[1].decode() in CERTIFICATES[:2]]
    return [base64.b64decode(b"".join(block.splitlines()[1:-1])) for block in found]


def has_private_key(content: bytes) -> bool:
    """Check whether a file holds a private key."""
    return any(label.endswith(PRIVATE_KEY) for label in _labels(content))


def leaf_alone(chain: bytes, key: bytes) -> bytes | None:
    """Put a private key before the first certificate of a chain; None where the chain has no other."""
    blocks = [match[0] for match in BLOCK.finditer(chain) if match[1].decode() in CERTIFICATES]
    keys = [match[0] for match in BLOCK.finditer(key) if match[1].decode().endswith(PRIVATE_KEY)]
    return b"\n".join([*keys[:1], blocks[0], b""]) if len(blocks) > 1 and keys else None


def describe(content: bytes) -> str:
    """Say in words what a file holds."""
    labels = dict.fromkeys(label.lower() for label in _labels(content))
    return " and ".join(f"a {label}" for label in labels) or "no PEM block"


def _labels(content: bytes) -> Sequence[str]:
    return [match[1].decode() for match in BLOCK.finditer(content)]


@contextmanager
def readable(path: Path, content: bytes) -> Iterator[Path]:
    """Name a file in which OpenSSL finds the first block: a block behind a byte order mark is not seen."""
    if content.startswith(b"-----BEGIN ") or b"\n-----BEGIN " in content[: content.find(b"-----BEGIN ") + 11]:
        yield path
        return
    with tempfile.NamedTemporaryFile() as copy:  # of mode 0600
        copy.write(b"\n".join(match[0] for match in BLOCK.finditer(content)))
        copy.flush()
        yield Path(copy.name)
