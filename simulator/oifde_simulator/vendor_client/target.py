"""Where a service is, who asks it, and whom TLS trusts."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from oifde_simulator.vendor_client.errors import TargetError


@dataclass(frozen=True, slots=True)
class Target:
    """A service and the account by which it is asked."""

    url: str = field(repr=False)  # it may have a password
    """Scheme, host and port, such as `https://10.0.0.1:28443`; a path before the vendor's is kept."""
    tenant: str
    secret: str = field(repr=False)
    ca: Path | None = None
    """File of PEM certificates that are trusted beside none other."""
    insecure: bool = False
    """Whether any certificate will do."""
    client_certificate: Path | None = None
    client_key: Path | None = None
    timeout: float = 30.0
    """Seconds for one whole answer."""

    def __post_init__(self) -> None:
        """Refuse what is no http or https address. Raises TargetError."""
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        except ValueError:
            usable = False
        if not usable:
            raise TargetError(f"expected a target such as https://10.0.0.1:28443, found {self.url!r}")

    @property
    def origin(self) -> str:
        """The address without user, password and path, as messages name it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    def ssl_context(self) -> ssl.SSLContext | None:
        """Make the context of TLS; None for plain HTTP. Raises TargetError where a file is no good."""
        if not self.url.startswith("https:"):
            return None
        context = _trusting(self.ca)
        if self.insecure:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if self.client_certificate is not None:
            _show(context, self.client_certificate, self.client_key)
        return context


def _trusting(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if ca is None else str(ca))
    except (OSError, ssl.SSLError) as error:
        raise TargetError(f"--ca {ca}: expected a file of PEM certificates: {_why(error)}") from None


def _show(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    try:
        context.load_cert_chain(certificate, key, password=lambda: _no_password(certificate))
    except (OSError, ssl.SSLError) as error:
        expected = "expected PEM files of a certificate and its key that belong together"
        raise TargetError(f"--client-cert {certificate}: {expected}: {_why(error)}") from None


def _no_password(path: Path) -> str:
    raise TargetError(f"--client-cert {path}: its key has a password; give one without")


def _why(error: OSError) -> str:
    return "is it PEM?" if isinstance(error, ssl.SSLError) else str(error.strerror)
