"""Names that a certificate of ours has."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from oifde_simulator.web.tls.context import TlsError

if TYPE_CHECKING:
    import trustme

ALWAYS_NAMED = ("localhost", "127.0.0.1", "::1")
"""Names that every certificate of the server has."""
ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 -- nothing is bound here
"""Addresses that stand for all of the machine, and that no client calls."""


def identities(ca: trustme.CA, names: Sequence[str], *hosts: str) -> list[str]:
    """List the names of a certificate for this machine. Raises TlsError for one of `names` that is none.

    Of `hosts`, where it listens or is said to be, those are named that a certificate can have.
    """
    for name in names:
        _check_name(ca, name)
    own = [name for name in (socket.gethostname(), *map(_address, hosts)) if name and _can_be_named(ca, name)]
    return list(dict.fromkeys([*ALWAYS_NAMED, *own, *names]))


def _address(host: str) -> str:
    """Take the name that clients call from where the server listens; empty for all addresses."""
    return "" if host in ANY_ADDRESS else host.partition("%")[0]


def _can_be_named(ca: trustme.CA, name: str) -> bool:
    """Check that a certificate can have a name: a machine may be called my_host."""
    with suppress(TlsError):
        _check_name(ca, name)
        return True
    return False


def _check_name(ca: trustme.CA, name: str) -> None:
    """Issue a trial certificate for a name: it takes half a millisecond, and trustme knows the rules."""
    try:
        if {"@", "/"} & set(name):  # trustme would take them for mail addresses and networks
            raise ValueError("a mail address, a network or a URL")
        ca.issue_cert(name)
    except ValueError as error:
        expected = "a host name, *.domain or an IP address"
        raise TlsError(f"TLS name {name!r}", expected, error, "leave out scheme, port and path") from error
