"""Read the `Authorization` header of interfaces that are signed by an access key, and judge its signature.

The form is `auth-v2/{access key}/{UTC time}/{signed headers}/{signature}`.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, unquote

from oifde_simulator.model.http import Request

SCHEME = "auth-v2"
SOME_TIME = "2026-01-01T00:00:00Z"
"""Time in headers that are made here: it is not judged."""
LONGEST_KEY = 256
"""Characters of an access key."""


class Authorization(NamedTuple):
    """The parts of an `Authorization` header."""

    text: str
    """Header as it was sent, without blanks around it; empty where there is none."""
    access_key: str = ""
    """Access key; empty where the header has another form."""
    time: str = ""
    signed_headers: tuple[str, ...] = ()
    """Names of the signed headers, in small letters, in the order of the header."""
    signature: str = ""

    @property
    def formed(self) -> bool:
        """Check for the documented form; any other text may be a secret, which no message quotes."""
        return self.text.lower().startswith(f"{SCHEME}/")

    @property
    def complete(self) -> bool:
        """Check that every part is there."""
        return all((self.access_key, self.time, self.signed_headers, self.signature))


class SignedRequest(NamedTuple):
    """A request with its `Authorization` header."""

    request: Request
    authorization: Authorization


def authorization(headers: Mapping[str, str]) -> Authorization:
    """Read the header of a request; a missing one gives an empty text."""
    text = headers.get("Authorization", "").strip()
    scheme, _, rest = text.partition("/")
    # C2, in samples: auth-v2/{ak}/{UTC ISO time}/{signed headers}/{signature}.
    if scheme.lower() != SCHEME:
        # A text in one piece stands for the key alone, as in a first try by hand.
        return Authorization(text, "" if re.search(r"[/\s]", text) else text[:LONGEST_KEY])
    key, time, names, signature = (*rest.split("/", 3), "", "", "", "")[:4]
    listed = tuple(filter(None, unquote(names).lower().split(";")))
    return Authorization(text, unquote(key)[:LONGEST_KEY], time, listed, signature)


def signature(request: Request, given: Authorization, secret: str) -> str:
    """Compute the signature that `secret` gives a request, for the time and the headers that `given` names.

    An access key signs the beginning of the header; the key that this makes signs the request.
    """
    # Guess: [signature] as in published signings of that shape; the text of the page C2 would settle it.
    prefix = f"{SCHEME}/{given.access_key}/{given.time}"
    key = hmac.new(secret.encode(), prefix.encode("utf-8", "surrogateescape"), sha256).hexdigest()
    canonical = canonical_request(request, given.signed_headers)
    return hmac.new(key.encode(), canonical.encode("utf-8", "surrogateescape"), sha256).hexdigest()


def canonical_request(request: Request, names: tuple[str, ...]) -> str:
    """Write what is signed: method, path, sorted query, and each signed header as `name:value`."""
    path, _, query = request.target.partition("?")
    pairs = sorted(filter(None, query.split("&")))
    headers = (
        f"{quote(name, safe='')}:{quote(request.headers.get(name, '').strip(), safe='')}"
        for name in sorted(names)
    )
    return "\n".join((request.method, path, "&".join(pairs), *headers))


def signed(
    request: Request,
    key: str,
    secret: str | None,
    *,
    time: str = SOME_TIME,
    names: tuple[str, ...] = ("content-type",),
) -> str:
    """Write an `Authorization` for a request, with a signature where there is a secret to sign with.

    `names` are the headers that are signed, in small letters.
    """
    given = Authorization("", key, time, names)
    made = signature(request, given, secret) if secret else "unsigned"
    return f"{SCHEME}/{key}/{time}/{';'.join(names)}/{made}"


def is_signed(request: Request, given: Authorization, secret: str) -> bool:
    """Check that a request bears the signature that `secret` gives it."""
    if not given.complete:
        return False
    expected = signature(request, given, secret)
    return hmac.compare_digest(expected, given.signature.lower().encode("ascii", "replace").decode())
