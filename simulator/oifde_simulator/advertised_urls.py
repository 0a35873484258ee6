"""URLs that others are told, in place of those by which this machine calls a listener.

Rule: no listener is known here; its own URL comes in as a text. Standard library only.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from oifde_simulator.urls import url

EXAMPLE = "a URL such as https://vendor.example:8443"
OWN_PORT = "whose port 0 stands for the one that is listened on"
SCHEMES = ("http", "https")
LONGEST = 1000
"""Characters of a URL."""
NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?\.?", re.ASCII)
"""Regular expression of a host's name; services of Docker may have an underscore."""
PATH = re.compile(r"[A-Za-z0-9/._~%!$&'()*+,;=:@-]*", re.ASCII)
"""Regular expression of a path (RFC 3986, section 3.3)."""
HOST_HEADER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{0,5})?", re.ASCII)
"""Regular expression of a Host header (RFC 9110, section 7.2), as far as it can be told on."""


def advertised_url(text: str) -> str:
    """Read a URL to tell; a slash at its end is dropped. Raises ValueError that says what is wrong."""
    return _read(text, f"{EXAMPLE}, {OWN_PORT}", _flaw(text))


def reachable_url(text: str) -> str:
    """Read a URL to call, whose port is one. Raises ValueError that says what is wrong."""
    flaw = _flaw(text)
    return _read(text, EXAMPLE, flaw or ("nobody listens on port 0" if urlsplit(text).port == 0 else ""))


def told(own: str, advertised: str | None) -> str:
    """Choose the URL of a listener to tell; `own` is that of this machine, and has a port."""
    if advertised is None:
        return own
    parts = urlsplit(advertised)
    if parts.port != 0:
        return advertised
    return url(parts.scheme, parts.hostname or "", urlsplit(own).port or 0) + parts.path


def beside(own: str, advertised: str | None, named: str | None = None) -> str:
    """Choose the URL of a further port to tell: `named`, else its own one at the advertised host."""
    if named is not None:
        return told(own, named)
    return own if advertised is None else at_host(own, host_of(advertised))


def at_host(own: str, host: str) -> str:
    """Replace the host of a URL; no host leaves it as it is."""
    parts = urlsplit(own)
    return url(parts.scheme, host, parts.port or 0) if host else own


def host_of(advertised: str | None) -> str:
    """Return the host of a URL without brackets; empty without a URL."""
    return (urlsplit(advertised).hostname or "") if advertised else ""


def host_of_header(text: str) -> str:
    """Return the host that a Host header names, without brackets; empty for one that is no good host."""
    found = HOST_HEADER.fullmatch(text)
    if found is None:
        return ""
    host = found[1].strip("[]").lower()
    return host if _is_host(host, bracketed=found[1].startswith("[")) else ""


def _read(text: str, expected: str, flaw: str) -> str:
    if flaw:
        raise ValueError(f'expected {expected}, found "{_without_user(text)}": {flaw}')
    return text.rstrip("/")


def _flaw(text: str) -> str:
    """Say what keeps a text from being a URL to tell; empty for nothing."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return "its host or its port cannot be read"
    if parts.scheme not in SCHEMES or not text.lower().startswith(f"{parts.scheme}://"):
        return "it does not begin with http:// or https://"
    if len(text) > LONGEST:
        return f"it has more than {LONGEST} characters"
    return _flaw_of_parts(text, parts, port)


def _flaw_of_parts(text: str, parts: SplitResult, port: int | None) -> str:
    if "@" in parts.netloc:
        return "a user and a password are told to nobody; leave them out"
    if "?" in text or "#" in text:
        return "clients add a path to it; leave out ? and #"
    if not _is_host(parts.hostname or "", bracketed="[" in parts.netloc):
        return "its host is neither a name of ASCII letters, digits, hyphens and dots nor an address"
    if parts.netloc.endswith(":") and port is None:
        return "a port is missing after the colon"
    return "" if PATH.fullmatch(parts.path) else "its path has characters that must be percent-encoded"


def _is_host(host: str, *, bracketed: bool) -> bool:
    if not bracketed:
        return NAME.fullmatch(host) is not None and ".." not in host
    import ipaddress  # seldom needed

    try:
        return ipaddress.ip_address(host).version == 6 and "%" not in host
    except ValueError:
        return False


def _without_user(text: str) -> str:
    return re.sub(r"//[^/]*@", "//", text)
