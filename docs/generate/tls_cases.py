"""Cases in which clients meet TLS: broken on purpose, mutual, and good; and the server that plays them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from oifde_simulator.client import Control
from oifde_simulator.config import Settings
from oifde_simulator.runtime import embedding
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.tls_faults import MEANINGS

GOOD = "good"
QUERY = "/oifde/rest/api/queryRecordHistory"
BODY = json.dumps({"tenantId": "tenant001", "authToken": "none", "userMobile": "18000000001"})
"""A query that is answered in HTTP 200, though its token is none."""
CERTIFICATES: Mapping[str, tuple[str, str | None]] = {
    "client-cert require, none": ("a client that shows no certificate", ""),
    "client-cert require, foreign": ("a certificate of an unknown authority", "unknown-authority"),
    "client-cert require, expired": ("an expired certificate", "expired"),
    "client-cert require, good": ("a good certificate", None),
}
"""Cases of mutual TLS: what the client shows, and the fault of GET /client.pem; empty for no certificate."""


@dataclass(frozen=True)
class Case:
    """One request of one client."""

    name: str
    url: str
    ca: str
    """File with the authority that the client trusts."""
    certificate: str = ""
    """File with the private key and the certificate that it shows; empty for none."""


def meanings() -> dict[str, str]:
    """List what a client meets in each case."""
    shown = {name: meaning for name, (meaning, _) in CERTIFICATES.items()}
    return {GOOD: "TLS as it should be", **MEANINGS, **shown}


@contextmanager
def serving() -> Iterator[Sequence[Case]]:
    """Serve all cases on ports of their own."""
    every_fault = Settings(
        port=0, control_port=0, log_level="error", tls_fault=tuple((fault, 0) for fault in MEANINGS)
    )
    mutual = Settings(port=0, control_port=0, log_level="error", client_cert="require")
    with (
        tempfile.TemporaryDirectory() as folder,
        embedding.running(every_fault) as broken,
        embedding.running(mutual) as verifying,
    ):
        files = Path(folder)
        yield [*_broken(broken, files), *_mutual(verifying, files)]


def _broken(server: Simulator, files: Path) -> Iterator[Case]:
    ca = _write(files / "ca.pem", server.ca_pem or b"")
    yield Case(GOOD, _url(server.data_url), ca)
    for fault, url in server.tls_faults:
        yield Case(fault, _url(url), ca)


def _mutual(server: Simulator, files: Path) -> Iterator[Case]:
    ca = _write(files / "mutual-ca.pem", server.ca_pem or b"")
    with Control(server.control_url) as control:
        for name, (_, fault) in CERTIFICATES.items():
            pem = None if fault == "" else control.client_certificate(fault=fault)
            shown = _write(files / f"{fault or GOOD}.pem", pem) if pem else ""
            yield Case(name, _url(server.data_url), ca, shown)


def _url(server: str) -> str:
    return f"https://localhost:{server.rpartition(':')[2]}{QUERY}"


def _write(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)
