"""Choice of the control plane's bearer token.

Rule: import the standard library only.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket

from oifde_simulator.config import Settings


def token(settings: Settings) -> str | None:
    """Choose the bearer token: the given one, or a fresh one beyond loopback; None where none is wanted."""
    if settings.control_token is not None:
        return settings.control_token
    return None if _is_loopback(settings.control_host) else secrets.token_urlsafe(24)


def is_loopback_address(text: str) -> bool:
    """Check that a text is an address of this machine's own."""
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":  # it is listened on at loopback addresses, whatever the system knows
        return True
    if not host:
        return False
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False  # it cannot be listened on either, which is reported elsewhere
    return all(is_loopback_address(str(address[0]).partition("%")[0]) for *_, address in found)
