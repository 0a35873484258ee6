"""Keeps aiohttp from loading the certificate authorities of its client while it is imported.

Rule: only for a process that is a server and nothing else, for its HTTPS client would trust nobody.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Environment variables that tell OpenSSL where the authorities are."""


@contextmanager
def no_client_authorities() -> Iterator[None]:
    """Have OpenSSL find no authorities within the block: loading them takes a sixth of a server's start."""
    before = {name: os.environ.get(name) for name in VARIABLES}
    os.environ.update(dict.fromkeys(VARIABLES, os.devnull))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
