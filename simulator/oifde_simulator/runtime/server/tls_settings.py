"""The TLS of a server, as its settings want it: certificates, the authority, certificates of clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oifde_simulator.advertised_urls import host_of
from oifde_simulator.config import Settings
from oifde_simulator.config.conflicts import NEED_TLS
from oifde_simulator.tls_faults import require_own_ports
from oifde_simulator.web.control_plane.client_authority import NO_AUTHORITY, ClientAuthority

if TYPE_CHECKING:
    from oifde_simulator.web.tls.certificates.authority_process import AuthorityProcess
    from oifde_simulator.web.tls.client_verification import ClientVerification
    from oifde_simulator.web.tls.context import ServerTls


def shares_authority(settings: Settings) -> bool:
    """Check that the authority of a server is that of all replicas: made, and kept in no folder."""
    return settings.tls == "auto" and not (settings.tls_cert or settings.tls_key or settings.tls_dir)


def load_tls(
    settings: Settings, shared: bytes | None, authority: AuthorityProcess | None = None
) -> ServerTls | None:
    """Load or make the certificate that `settings` want; None with TLS off.

    `shared` is the authority of all replicas (PEM), None to make one; `authority` is made by another process,
    where there is one. Raises ValueError or OSError.
    """
    _require_own_ports(settings)
    if settings.tls == "off":
        if given := [name for name in NEED_TLS if getattr(settings, name)]:
            option = f"--{given[0].replace('_', '-')}"
            raise ValueError(f"--tls off and {option} exclude each other; leave one of them out")
        return None
    # Both are slow to import.
    if settings.tls_cert or settings.tls_key:
        if settings.tls_cert is None or settings.tls_key is None:
            raise ValueError("--tls-cert and --tls-key go together; give both")
        from oifde_simulator.web.tls.certificates.user_certificate import tls_from_files

        unproved = settings.tls_cert_invalid_ok or settings.tls_any_certificate
        return tls_from_files(
            settings.tls_cert,
            settings.tls_key,
            unproved=unproved,
            names=settings.tls_name,
            host=settings.host,
        )
    from oifde_simulator.web.tls.certificates.authority import tls_from_authority

    made = authority.result() if authority else None
    return tls_from_authority(
        settings.tls_name,
        settings.tls_dir,
        host=settings.host,
        advertised=(host_of(settings.advertise), host_of(settings.advertise_recordings)),
        shared=shared,
        made=made,
    )


def _require_own_ports(settings: Settings) -> None:
    """Check that a port with a fault of TLS has no other purpose. Raises ValueError."""
    others = [("--port", settings.port), ("--recordings-port", settings.recordings_port)]
    if settings.control_host == settings.host:
        others.append(("--control-port", settings.control_port))
    require_own_ports(settings.tls_fault, others)


def load_client_verification(settings: Settings, tls: ServerTls | None) -> ClientVerification | None:
    """Have the port ask clients for a certificate where `settings` say so."""
    if tls is None or not (settings.client_ca or settings.client_cert):
        return None
    from oifde_simulator.web.tls.client_verification import client_verification

    verification = client_verification(settings, tls)
    if verification:
        verification.apply(tls.context)
        if tls.faults is not None:
            tls.faults.prepare = verification.apply
    return verification


def client_authority(tls: ServerTls | None, clients: ClientVerification | None) -> ClientAuthority:
    """Find who signs certificates for clients that the port accepts."""
    if tls is None or tls.ca_pem is None or tls.ca_key is None:
        return NO_AUTHORITY
    others = clients is not None and not clients.accepts(tls.ca_pem)
    return ClientAuthority(tls.ca_pem, tls.ca_key, clients.source if clients and others else "")
