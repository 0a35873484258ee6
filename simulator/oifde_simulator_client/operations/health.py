"""Operations about the server itself: health, metrics, documents, and the authority to trust."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from functools import partial
from typing import Any

from oifde_simulator_client.call import Call, of_json
from oifde_simulator_client.decode import as_it_is, build, build_ready
from oifde_simulator_client.encode import query_string
from oifde_simulator_client.errors import ControlProblem, hides_frames
from oifde_simulator_client.models import Alive, Counters, Ready

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only


def livez() -> Call[Alive]:
    """Fetch the server's version, as soon as its process runs."""
    return Call("GET", "/livez", of_json(partial(build, Alive)))


def readyz() -> Call[Ready]:
    """Fetch the server's version and number of tenants, once both ports listen."""
    return Call("GET", "/readyz", of_json(build_ready))


def metrics() -> Call[str]:
    """Fetch the counters of the server in the text format of Prometheus."""
    return Call("GET", "/metrics", lambda reply: reply.body.decode())


def counters(seconds: int | None = None, tenant: str | None = None) -> Call[Counters]:
    """Fetch how many requests came in each of the last `seconds` (default 600), by how they ended."""
    query = query_string({"seconds": seconds, "tenant": tenant})
    return Call("GET", "/counters" + query, of_json(partial(build, Counters)))


def openapi() -> Call[Mapping[str, Any]]:
    """Fetch the control plane's own OpenAPI document."""
    return Call("GET", "/control/openapi.json", of_json(as_it_is))


def client_certificate(subject: str = "oifde-client", *, fault: str | None = None) -> Call[bytes]:
    """Fetch a private key and a certificate of that subject for a client (PEM), made anew at each call.

    `subject` is a common name or an RFC 4514 name. `fault` makes one that is refused: unknown-authority,
    expired or not-yet-valid. Raises ControlProblem where no certificate of ours is accepted.
    """
    query = query_string({"subject": subject, "fault": fault})
    return Call("GET", "/client.pem" + query, lambda reply: reply.body)


def ca_pem() -> Generator[Call[Any], Any, bytes | None]:
    """Fetch the certificate authority to trust (PEM); None with TLS off or a given certificate."""
    return (yield from _authority("/ca.pem"))


def trust_store() -> Generator[Call[Any], Any, bytes | None]:
    """Fetch the authority as a trust store (PKCS#12, password `changeit`); None where `ca_pem` is."""
    return (yield from _authority("/ca.p12"))


def _authority(path: str) -> Generator[Call[Any], Any, bytes | None]:
    try:
        return (yield from Call("GET", path, lambda reply: reply.body))
    except ControlProblem as refusal:
        if refusal.status == 404:
            return None
        raise
