"""Certificate authorities that programs of this machine trust already, PEM.

Rule: a program that is told to trust one file trusts nothing else; so the file has these too.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from oifde_simulator.web.tls.pem import BLOCK, CERTIFICATES

BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",  # older RHEL
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # macOS, BSD
)
"""Files in which systems keep all of them, those that Go and curl look for too."""


def system_authorities() -> bytes:
    """Read those of the system, else those of certifi; empty where neither is there."""
    for path in (ssl.get_default_verify_paths().openssl_cafile, *BUNDLES):
        if found := _read(Path(path)):
            return found
    return _of_store() or _of_certifi()


def certificates_at(path: Path) -> bytes:
    """Read the certificates of a file, or of all files in a folder. Raises OSError for a path of nothing."""
    return certificates_in(path.read_bytes()) if not path.is_dir() else _in_folder(path)


def certificates_in(content: bytes) -> bytes:
    """Keep the certificates of a file, and no key that may stand beside them."""
    return _joined(match[0] for match in BLOCK.finditer(content) if match[1].decode() in CERTIFICATES)


def _in_folder(folder: Path) -> bytes:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return _joined(dict.fromkeys(filter(None, map(_read, files))))  # OpenSSL wants each under two names


def _read(path: Path) -> bytes:
    try:
        return certificates_in(path.read_bytes())
    except OSError:
        return b""


def _of_store() -> bytes:
    """Read what Python loads by itself: from the certificate store on Windows."""
    found = ssl.create_default_context().get_ca_certs(binary_form=True)
    return _joined(ssl.DER_cert_to_PEM_cert(each).encode() for each in found)


def _of_certifi() -> bytes:
    spec = find_spec("certifi")
    return _read(Path(spec.origin).with_name("cacert.pem")) if spec and spec.origin else b""


def _joined(blocks: Iterable[bytes]) -> bytes:
    return b"".join(block.strip() + b"\n" for block in blocks)
