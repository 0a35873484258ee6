"""Choice of the control plane's bearer token.

Rule: import the standard library only.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
from urllib.parse import urlsplit

from oifde_simulator.config import Settings


def token(settings: Settings) -> str | None:
    """Choose the bearer token: the given one, or a fresh one beyond loopback; None where none is wanted.

    A URL that is told to others is beyond loopback as an address is, whose Host is refused without a token.
    """
    if settings.control_token is not None:
        return settings.control_token
    told = settings.advertise_control
    open_to_all = _is_loopback(settings.control_host) and (told is None or names_loopback(told))
    return None if open_to_all else secrets.token_urlsafe(24)


def made_token(settings: Settings, token: str | None) -> str | None:
    """Return the token if it was made at this start, and so has to be told; None else."""
    return token if settings.control_token is None else None


def names_loopback(address: str) -> bool:
    """Check that the host of a URL is this machine by its name alone; nobody is asked for it."""
    try:
        name = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return name == "localhost" or name.endswith(".localhost") or is_loopback_address(name)


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
