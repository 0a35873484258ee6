"""Variables by which a command trusts the server's authority, beside all that it has trusted before."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from oifde_simulator.config import Settings
from oifde_simulator.runtime.child.system_authorities import certificates_at, system_authorities
from oifde_simulator.web.tls.certificates.trust_store import ALIAS, PASSWORD, trust_store
from oifde_simulator.web.tls.pem import encoded_certificates

Contents = Mapping[str, tuple[str, bytes]]
"""Name and content of a file by the variable that names it."""

ADDED = "NODE_EXTRA_CA_CERTS"
"""Variable whose file is trusted beside the system's authorities."""
REPLACED = {
    "SSL_CERT_FILE": ("SSL_CERT_FILE",),
    "REQUESTS_CA_BUNDLE": ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"),
    "CURL_CA_BUNDLE": ("CURL_CA_BUNDLE", "SSL_CERT_FILE"),
}
"""Variables whose file is trusted in place of the system's; each with those that name what was before."""
JAVA = "JAVA_TOOL_OPTIONS"
"""Variable with options of every Java machine."""
JAVA_TRUST_STORE = "javax.net.ssl.trustStore"
"""Property that names the trust store."""
TRUST_STORE = "trust.p12"
NONE_FOUND = (
    "--trust: no authorities of this system were found, so the command trusts that of the server alone; "
    "install the package ca-certificates, or set SSL_CERT_FILE"
)


def require_authority(settings: Settings) -> None:
    """Check that a server has an authority of ours to trust. Raises ValueError."""
    if settings.tls == "off":
        raise ValueError("--trust and --tls off exclude each other: there is no TLS; leave one of them out")
    if settings.tls_cert:
        raise ValueError(
            f"--trust: expected an authority made by serve, found --tls-cert {settings.tls_cert}, whose "
            "authority is yours; leave --trust out and have the command trust that, or leave --tls-cert out"
        )


def trust_files(authority: bytes, inherited: Mapping[str, str]) -> Contents:
    """List the files to write for a command. Raises ValueError for one it has trusted that cannot be read."""
    system = system_authorities()
    if not system:
        print(f"oifde-simulator run: {NONE_FOUND}", file=sys.stderr)
    before = {name: _trusted_before(names, inherited, system) for name, names in REPLACED.items()}
    return {
        ADDED: (f"{ADDED}.pem", _trusted_before((ADDED,), inherited, b"") + authority),
        **{name: (f"{name}.pem", content + authority) for name, content in before.items()},
        JAVA: (TRUST_STORE, _java_trust_store(authority, inherited, system)),
    }


def java_options(files: Mapping[str, str], inherited: Mapping[str, str]) -> Mapping[str, str]:
    """Make the variable that has every Java machine use the trust store among `files`, beside its options."""
    properties = {"": files[JAVA], "Type": "PKCS12", "Password": PASSWORD}
    options = [f"-D{JAVA_TRUST_STORE}{name}={value}" for name, value in properties.items()]
    quoted = [f'"{option}"' if " " in option else option for option in options]
    return {JAVA: " ".join([*filter(None, [inherited.get(JAVA, "").strip()]), *quoted])}


def _trusted_before(names: tuple[str, ...], inherited: Mapping[str, str], system: bytes) -> bytes:
    """Read the file of the first variable that is set, else take the system's."""
    name = next((each for each in names if inherited.get(each, "").strip()), None)
    if name is None:
        return system
    path = Path(inherited[name])
    try:
        return certificates_at(path)
    except OSError as error:
        raise ValueError(
            f"--trust: {name} is {path}: expected a file with certificates (PEM), found "
            f"{error.strerror}; name another, or unset it"
        ) from None


def _java_trust_store(authority: bytes, inherited: Mapping[str, str], system: bytes) -> bytes:
    if f"-D{JAVA_TRUST_STORE}=" in inherited.get(JAVA, ""):
        raise ValueError(
            f"--trust: {JAVA} has -D{JAVA_TRUST_STORE} already, and a command has one trust store; leave it "
            "out, or leave --trust out and keep an authority that your store has: oifde-simulator run "
            f"--tls-dir DIR -- true; keytool -importcert -noprompt -alias {ALIAS} -file DIR/ca.pem "
            "-keystore STORE -storepass PASSWORD; then run --tls-dir DIR -- COMMAND"
        )
    others = {f"system-{number}": each for number, each in enumerate(encoded_certificates(system), 1)}
    return trust_store({ALIAS: encoded_certificates(authority)[0], **others})
