"""Checks the headers that a scenario gives an answer."""

from __future__ import annotations

from oifde_simulator.scenario.lint.match import HEADER_NAME
from oifde_simulator.text import shown

OWN_HEADERS = {
    "content-length": "it is counted; for one that lies use the fault content-length or no-content-length",
    "transfer-encoding": "the body has a length; for broken chunks use the fault malformed-chunk",
    "connection": "it follows the client; to end the connection use the fault close, or reset",
    "date": "it follows the tenant's clock; for another one set clock",
}
"""Headers that the server writes itself, and the way to spoil each."""


def header_error(name: str, value: str, place: str) -> str:
    """Say why an answer cannot have this header at a key `place`; empty where it can."""
    if name.lower() in OWN_HEADERS:
        return f"{name} is not for {place}: {OWN_HEADERS[name.lower()]}"
    bad = [c for c in f"{name}{value}" if not c.isascii() or (c != "\t" and not c.isprintable())]
    if bad:
        return f"a header cannot hold {shown(bad[0])}; remove it"
    if not HEADER_NAME.fullmatch(name):
        return f"no header can be called {shown(name)}; write letters, digits and hyphens"
    return ""
