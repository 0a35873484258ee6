"""Verification of clients (mutual TLS): whether the vendor's port asks for a certificate, and whose it takes.

Rule: OpenSSL judges a client amid the handshake; nothing here decides about one.
"""

from __future__ import annotations

import ssl

from oifde_simulator.config import Settings
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.web.tls.certificates.files import read
from oifde_simulator.web.tls.context import ServerTls, client_context
from oifde_simulator.web.tls.pem import certificates
from oifde_simulator.web.tls.rsa_on_demand import RsaOnDemandContext

FIX = "give the PEM certificates of the authorities that sign your clients' certificates"
MODES = {"require": ssl.CERT_REQUIRED, "request": ssl.CERT_OPTIONAL}
OWN = "/ca.pem"
"""Name of our own authority for messages: the path at which the control plane shows it."""


@dataclass(frozen=True, slots=True)
class ClientVerification:
    """What the port asks of clients."""

    mode: str
    """`require` or `request`."""
    authorities: str
    """Certificates of the authorities that are accepted, PEM."""
    source: str = OWN
    """File that names them; `/ca.pem` for our own authority."""

    def apply(self, context: RsaOnDemandContext) -> None:
        """Have a server's context ask its clients, and verify them."""
        context.load_verify_locations(cadata=self.authorities)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an authority in between is to do by itself
        context.verify_mode = MODES[self.mode]
        of_whom = "of /client.pem" if self.source == OWN else f"of an authority in {self.source}"
        context.accepted_clients = f" {of_whom}"

    def accepts(self, authority: bytes) -> bool:
        """Check that an authority (PEM) is among those that are accepted."""
        accepted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        accepted.load_verify_locations(cadata=self.authorities)
        return ssl.PEM_cert_to_DER_cert(authority.decode("ascii")) in accepted.get_ca_certs(binary_form=True)


def client_verification(settings: Settings, tls: ServerTls) -> ClientVerification | None:
    """Read what `settings` ask of clients; None where no certificate is asked for.

    Raises TlsError for a file that does not do, and ValueError where there is no authority to verify by.
    """
    if settings.client_ca is not None:
        pem = read(settings.client_ca)
        client_context(settings.client_ca, pem, FIX)
        mode = settings.client_cert or "require"
        return ClientVerification(mode, certificates(pem or b""), str(settings.client_ca))
    if settings.client_cert is None:
        return None
    if tls.ca_pem is None:
        raise ValueError(
            "--client-cert beside --tls-cert needs --client-ca: with a certificate of your own there is no "
            f"authority of ours to verify clients by; {FIX}"
        )
    return ClientVerification(settings.client_cert, tls.ca_pem.decode("ascii"))
