"""Server names that choose a fault of the certificate, such as `expired.localhost`.

A name is looked for in the bytes of a ClientHello (RFC 6066, section 3). A hello in several records is not
looked through, and gets the good certificate.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection

from oifde_simulator.tls_faults import CERTIFICATES, server_name
from oifde_simulator.web.tls.context import FaultSource, TlsError
from oifde_simulator.web.tls.rsa_on_demand import RsaOnDemandContext

log = logging.getLogger("oifde_simulator")

NAMES = {server_name(fault).encode(): fault for fault in CERTIFICATES}
"""Faults by server name."""
LONGEST = max(map(len, NAMES))
EXTENSION = re.compile(
    rb"\x00\x00\x00(.)\x00.\x00\x00(.)([a-z.-]{1,%d})" % LONGEST, re.DOTALL | re.IGNORECASE
)
"""Extension server_name with one host name: the lengths of all, of the list and of the name, and the name."""


def choose_by_server_name(
    context: RsaOnDemandContext, faults: FaultSource, *, except_for: Collection[str] = ()
) -> None:
    """Have connections of `context` that ask for a fault by its server name get it.

    `except_for` are names that the good certificate is for.
    """
    kept = {name.lower() for name in except_for}

    def choose(hello: bytes) -> RsaOnDemandContext | None:
        fault = fault_in(hello)
        if not fault or server_name(fault) in kept:
            return None
        return _find(faults, fault)

    context.choose = choose


def fault_in(hello: bytes) -> str:
    """Find the fault that the server name of a ClientHello asks for; empty for none."""
    for found in EXTENSION.finditer(hello):
        extension, length, name = found[1][0], found[2][0], found[3].lower()
        if extension == length + 5 and name[:length] in NAMES:
            return NAMES[name[:length]]
    return ""


def _find(faults: FaultSource, fault: str) -> RsaOnDemandContext | None:
    try:
        found = faults.get(fault)
    except TlsError as error:
        log.warning("the good certificate is served to a client that asks for %s: %s", fault, error)
        return None
    faults.counts[fault] += 1
    return found
