"""Settings that contradict each other, or mean nothing beside others."""

from __future__ import annotations

from dataclasses import fields

from oifde_simulator.config.declaration import MEMORY
from oifde_simulator.config.reading import flag_name
from oifde_simulator.config.settings import Settings

OF_STORE = ("state_prefix", "state_fresh")
"""Names of the settings that mean something to a store outside this process only."""
OF_TLS = ("tls_name", "tls_dir", "tls_cert_invalid_ok", "tls_any_certificate")
"""Names of the settings that mean something to a port with TLS only."""
NEED_TLS = ("tls_cert", "tls_key", "tls_fault", "client_ca", "client_cert")
"""Names of the settings that no port without TLS can have."""


def require_advertised_ports(chosen: Settings) -> None:
    """Check that every port that is advertised is there. Raises ValueError."""
    if chosen.advertise_recordings and chosen.recordings_port is None:
        raise ValueError(
            "--advertise-recordings: expected a port of recordings to tell of, found none; "
            "give --recordings-port too, or leave it out: downloads are at --advertise then"
        )


def unused_options(chosen: Settings) -> str:
    """Warn in one line of settings that mean nothing beside others; empty without any."""
    given = [entry for entry in fields(Settings) if entry.name in OF_TLS and getattr(chosen, entry.name)]
    complaints = []
    if chosen.tls == "off" and given:
        names, are = ", ".join(map(flag_name, given)), "is" if len(given) == 1 else "are"
        complaints.append(f"--tls off: {names} {are} ignored; leave --tls off out for TLS")
    beside_store = [entry for entry in fields(Settings) if entry.name in OF_STORE]
    if chosen.state == MEMORY and (
        useless := [flag_name(each) for each in beside_store if getattr(chosen, each.name) != each.default]
    ):
        complaints.append(f"--state memory: {', '.join(useless)} mean nothing; give --state an address")
    if chosen.console == "off" and chosen.open:
        complaints.append("--console off: --open is ignored; leave --console off out for a page to open")
    return "; ".join(complaints)
