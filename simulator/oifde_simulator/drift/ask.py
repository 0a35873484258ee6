"""Requests that probes ask, as values; secrets are filled in when they are sent."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oifde_simulator.oifde import contract

TOKEN, SECRET = "@authToken@", "@appSecret@"
Headers = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; equal ones are sent once."""

    path: str
    body: bytes | None = None
    method: str = "POST"
    headers: Headers = ()
    """Headers beside or instead of the usual ones; None takes one away."""
    compressed: bool = False
    """True to send the body as gzip."""
    length: int = 0
    """Bytes to which the body is filled up with blanks."""

    def filled(self, token: str, secret: str) -> bytes | None:
        """Write the body with token and secret in their places."""
        if self.body is None:
            return None
        body = self.body.replace(TOKEN.encode(), _inner(token)).replace(SECRET.encode(), _inner(secret))
        body = body.ljust(self.length)
        return gzip.compress(body, mtime=0) if self.compressed else body

    @property
    def needs_token(self) -> bool:
        """Whether the token has to be there first."""
        return self.body is not None and TOKEN.encode() in self.body


def _inner(text: str) -> bytes:
    return json.dumps(text)[1:-1].encode()


def path_of(operation: str) -> str:
    """Find the documented path of an operation."""
    return contract.interfaces()[operation].path


def encoded(fields: Mapping[str, Any]) -> bytes:
    """Write fields as JSON; leave out those that are `...`."""
    return json.dumps({name: value for name, value in fields.items() if value is not ...}).encode()


def gettoken(**fields: Any) -> Ask:
    """Ask for a token."""
    return Ask(path_of("gettoken"), encoded(fields))


def monitor(method: str = "GET", body: bytes | None = None) -> Ask:
    """Ask for the health of the server."""
    return Ask(path_of("servicemonitor"), body, method)
