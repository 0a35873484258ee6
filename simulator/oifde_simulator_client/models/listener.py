"""The vendor's port: open or closed, and the faults of its TLS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listener:
    """The state of the vendor's port."""

    open: bool
    url: str
    ttl: float | None
    """Seconds until it opens by itself; None if it does not."""
    recordings_url: str | None = None
    """URL of the port for recordings alone, which opens and closes with it; None without one."""
    tls: str | None = None
    """Fault that new TLS handshakes meet; None where they are good, and with TLS off."""
    tls_ttl: float | None = None
    """Seconds until TLS is good again by itself; None if it is, or does not become so."""
    tls_faults: Sequence[Mapping[str, str]] = ()
    """Faults of TLS that have a port for themselves: `fault` and `url` of each."""

    def tls_fault_url(self, fault: str) -> str:
        """Return the URL of the port that has a fault of TLS. Raises LookupError."""
        found = {each["fault"]: each["url"] for each in reversed(self.tls_faults)}
        if fault not in found:
            there = ", ".join(found) or "none"
            raise LookupError(
                f'no port has the TLS fault "{fault}", only: {there}; start serve with --tls-fault {fault}=0'
            )
        return found[fault]
