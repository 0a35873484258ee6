"""URLs of listeners as this machine calls them. Standard library only, and imports nothing."""

from __future__ import annotations

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  an address to translate
"""Loopback address for each address that means every interface."""


def url(scheme: str, host: str, port: int) -> str:
    """Build the URL by which this machine calls a listener on `host`."""
    return f"{scheme}://{_joined(WILDCARDS.get(host, host), port)}"


def address(host: str, own: str) -> str:
    """Format where a listener on `host` listens, which may be every interface; `own` is its URL."""
    return _joined(host or "0.0.0.0", int(own.rpartition(":")[2]))  # noqa: S104  an address to show


def _joined(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
