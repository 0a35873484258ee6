"""The address of the store, as it stands in `--state`.

Rule: user and password never leave the record; `str` gives the address without them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from oifde_simulator.config.reading import STATE_PASSWORD, STATE_USER

PORT = 6379
SENTINEL_PORT = 26379
TLS_SCHEMES = {"valkeys": "valkey", "rediss": "redis", "sentinels": "sentinel"}
"""Schemes with TLS, and the same without."""
FORMS = (
    "valkey://HOST:PORT/DB, valkeys://HOST:PORT/DB (TLS), unix:///PATH?db=DB "
    "or sentinel://HOST:PORT,HOST:PORT/NAME/DB"
)
FILES = frozenset({"ca", "cert", "key"})
"""Options of TLS, each the path of a PEM file."""


class Place(NamedTuple):
    """Where a server or a sentinel listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """Write it as a URL has it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the store is and how to sign in there."""

    scheme: str
    """As it was written, TLS included."""
    places: tuple[Place, ...] = ()
    """The server, or its sentinels; none where it listens at a path."""
    path: str = ""
    """Unix socket."""
    service: str = ""
    """Name by which the sentinels know the server; empty without sentinels."""
    database: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    """Paths of PEM files: `ca`, `cert`, `key`."""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def has_tls(self) -> bool:
        """Check that the connection is encrypted."""
        return self.scheme in TLS_SCHEMES

    def __str__(self) -> str:
        """Write the address without user and password."""
        if self.path:
            return f"unix://{self.path}?db={self.database}"
        service = f"/{self.service}" if self.service else ""
        return f"{self.scheme}://{','.join(map(str, self.places))}{service}/{self.database}"


def parse_address(url: str, environment: Mapping[str, str]) -> Address:
    """Read an address; user and password come from the environment where the URL has none.

    Raises ValueError with one line, which shows neither of them.
    """
    parts = _split(url)
    plain = TLS_SCHEMES.get(parts.scheme, parts.scheme)
    if plain not in ("valkey", "redis", "unix", "sentinel"):
        raise _wrong(url, f"no such scheme: {parts.scheme!r}" if parts.scheme else "no scheme")
    signs, _, netloc = parts.netloc.rpartition("@")
    user, _, password = signs.partition(":")
    user, password = (
        unquote(user) or environment.get(STATE_USER, ""),
        unquote(password) or environment.get(STATE_PASSWORD, ""),
    )
    options = _options(url, parts, plain)
    where = _where(url, parts._replace(netloc=netloc), plain, options)
    return replace(where, user=user, password=password)


def _where(url: str, parts: SplitResult, plain: str, options: dict[str, str]) -> Address:
    if plain == "unix":
        return Address("unix", path=_path(url, parts), database=_database(url, options.get("db", "")))
    service, database = _target(url, parts.path, plain)
    places = _places(url, parts.netloc, SENTINEL_PORT if service else PORT, several=bool(service))
    return Address(parts.scheme, places, service=service, database=database, files=options)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _wrong(url, "brackets that do not hold an IPv6 address") from error
    if "@" in parts.path + parts.query + parts.fragment:
        raise _wrong(url, "an @ behind the host")
    return parts


def _options(url: str, parts: SplitResult, plain: str) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    known = {"db"} if plain == "unix" else FILES if parts.scheme in TLS_SCHEMES else frozenset()
    for name in options.keys() - known:
        expected = ", ".join(sorted(known)) or "none"
        hint = "; files of TLS go with valkeys:// and sentinels://" if name in FILES else ""
        raise _wrong(url, f"the option {name!r} (options of {parts.scheme}://: {expected}){hint}")
    if ("cert" in options) != ("key" in options):
        raise _wrong(url, "one of the options cert and key; give both, or neither")
    if parts.fragment:
        raise _wrong(url, "a part after #")
    return options


def _path(url: str, parts: SplitResult) -> str:
    if parts.netloc or not parts.path.strip("/"):
        raise _wrong(url, "no absolute path; write three slashes, unix:///run/valkey.sock")
    return unquote(parts.path)


def _target(url: str, path: str, plain: str) -> tuple[str, int]:
    words = path.strip("/").split("/")
    service = unquote(words.pop(0)) if plain == "sentinel" else ""
    if plain == "sentinel" and not service:
        raise _wrong(url, "no name of the server that the sentinels watch")
    if len(words) > 1:
        raise _wrong(url, "more parts of a path than a number of a database")
    return service, _database(url, words[0] if words else "")


def _database(url: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{0,9}", text):
        raise _wrong(url, "no number of a database, such as 0, at the end")
    return int(text or 0)


def _places(url: str, netloc: str, port: int, *, several: bool) -> tuple[Place, ...]:
    texts = netloc.split(",")
    if len(texts) > 1 and not several:
        raise _wrong(url, "several hosts; only sentinel:// takes several")
    return tuple(_place(url, text, port) for text in texts)


def _place(url: str, text: str, port: int) -> Place:
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.%]+\]|[^\[\]:@/]+)(?::([0-9]{1,5}))?", text)
    if not found:
        raise _wrong(url, "no HOST:PORT with a host and a number")
    number = int(found[2]) if found[2] else port
    if not 0 < number < 65536:
        raise _wrong(url, f"the port {number}")
    return Place(found[1].strip("[]"), number)


def _wrong(url: str, found: str) -> ValueError:
    shown = re.sub(r"//.*@", "//", url, flags=re.DOTALL).partition("?")[0]
    hint = ""
    if "@" in url:
        hint = "; a user or password with one of :/?#@[] is percent-encoded, or given by "
        hint += f"{STATE_USER} and {STATE_PASSWORD}"
    return ValueError(f"address of the store: expected {FORMS}, found {found} in {shown!r}{hint}")
