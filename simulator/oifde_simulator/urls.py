"""URLs of listeners as this machine calls them. Standard library only, and imports nothing."""

from __future__ import annotations

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  an address to translate
"""Loopback address for each address that means every interface."""


def url(scheme: str, host: str, port: int) -> str:
    """Build the URL by which this machine calls a listener on `host`."""
    host = WILDCARDS.get(host, host)
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
