"""The authority that signs certificates for clients, and why the vendor's port may not accept them."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from oifde_simulator.web.control_plane.problems import Problem

NOT_OURS = (
    "there is no authority of ours to sign it: TLS is off, or the certificate was given; have yours sign it, "
    "and name yours by --client-ca. ?fault=unknown-authority makes one that is refused"
)


class ClientAuthority(NamedTuple):
    """Authority of ours, and what the port accepts."""

    ca_pem: bytes | None = None
    """Its certificate, PEM; None where there is no such authority."""
    ca_key: bytes | None = None
    """Its private key, PEM."""
    others: str = ""
    """File of the authorities that the port accepts in its place; empty where it accepts ours."""

    def __repr__(self) -> str:
        return "ClientAuthority()"  # its key is nobody's business

    @property
    def is_accepted(self) -> bool:
        """Check that the port takes certificates of ours, where it asks for any."""
        return self.ca_key is not None and not self.others

    def make(self, subject: str = "oifde-client", fault: str = "") -> bytes:
        """Make a private key and a certificate.

        Raises ValueError for a wrong subject, and Problem where nobody can sign.
        """
        from oifde_simulator.web.tls.certificates import client_certificates as maker  # slow to import

        if fault == maker.UNKNOWN_AUTHORITY:
            return maker.foreign(subject)
        if self.ca_pem is None or self.ca_key is None:
            raise Problem(HTTPStatus.NOT_FOUND, "no-authority", NOT_OURS)
        if self.others:
            raise Problem(HTTPStatus.CONFLICT, "other-authority", _not_accepted(self.others))
        return maker.ClientCertificates(self.ca_pem, self.ca_key).make(subject, fault)


NO_AUTHORITY = ClientAuthority()
"""No authority of ours."""


def _not_accepted(file: str) -> str:
    return (
        f"a certificate of our authority would be refused: --client-ca names others, those in {file}; "
        "have one of these sign it, or leave --client-ca out. "
        "?fault=unknown-authority makes one that is refused"
    )
