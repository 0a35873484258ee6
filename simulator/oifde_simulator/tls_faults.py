"""Names of the ways in which TLS can be broken on purpose. Standard library only.

The handshake comes before any request, and so before the tenant: these are faults of a port, a server name or
the whole server, never of a scenario.
"""

from __future__ import annotations

from collections.abc import Sequence

from oifde_simulator.quantities import pair, port_number
from oifde_simulator.text import did_you_mean

CERTIFICATES = {
    "expired": "a certificate that was valid until 2020",
    "not-yet-valid": "a certificate that is valid from 2999 on",
    "wrong-host": "a certificate for another name",
    "self-signed": "a certificate that signed itself",
    "unknown-authority": "a certificate of an authority that nobody knows",
    "incomplete-chain": "a certificate without the intermediate that signed it",
    "weak-key": "a certificate with an RSA key of 1024 bits",
}
"""Faults of a certificate; a client that does not verify it is answered."""
PROTOCOL = {"old-protocol": "TLS 1.0 and 1.1 only"}
"""Faults of what the server offers; a client that takes it is answered."""
HANDSHAKES = {
    "refused": "a fatal alert in answer to the ClientHello: handshake failure",
    "cut": "the end of the connection in answer to the ClientHello",
    "hanging": "nothing in answer to the ClientHello",
    "plain-http": "plain HTTP on the port of https",
}
"""Faults in the place of a handshake; no client of TLS is answered."""

MEANINGS = {**CERTIFICATES, **PROTOCOL, **HANDSHAKES}
"""What a client meets, by the name of the fault."""
FAULTS = tuple(MEANINGS)
"""Names of all faults."""
GOOD = "good"
"""Name of TLS that is as it should be."""
DOMAIN = "localhost"
"""Domain of the server names that choose a fault of the certificate, such as `expired.localhost`."""

FaultPort = tuple[str, int]
"""Name of a fault, and the number of the port that has it."""


def fault_port(text: str) -> FaultPort:
    """Read `FAULT=PORT`, such as `expired=9444`; port 0 stands for any free one. Raises ValueError."""
    try:
        fault, number = pair(text)
    except ValueError:
        raise ValueError(f'expected FAULT=PORT such as expired=9444, found "{text}"') from None
    if fault not in MEANINGS:
        expected = f"one of {', '.join(FAULTS)} before the ="
        raise ValueError(f'expected {expected}, found "{fault}"{did_you_mean(fault, FAULTS)}')
    return fault, port_number(number)


def server_name(fault: str) -> str:
    """Return the name by which a client asks for a fault of the certificate."""
    return f"{fault}.{DOMAIN}"


def require_own_ports(faults: Sequence[FaultPort], others: Sequence[tuple[str, int | None]]) -> None:
    """Check that each fault has a port of its own; `others` are the options of further ports.

    Raises ValueError that names the two that want the same one.
    """
    taken = {number: f"{option} {number}" for option, number in others if number}
    for fault, number in faults:
        option = f"--tls-fault {fault}={number}"
        if number in taken:
            raise ValueError(f"{option} and {taken[number]} are one port; give each a number of its own")
        if number:
            taken[number] = option
