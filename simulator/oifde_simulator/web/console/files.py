"""The files of the page, read once into a table.

Rule: the path of a request is looked up in the table and never reaches the file system.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from oifde_simulator.fast_dataclasses import dataclass

PAGE = Path(__file__).parent / "page"
"""Folder of the files that ship with the package."""
INDEX = "index.html"
"""File that is sent at the root."""
TEXT = "text/plain; charset=utf-8"
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
"""Content types by suffix; other files are plain text."""
NOT_SENT = (".LICENSE", "digests.json")
"""Ends of names of files that come with the libraries, and that no browser needs."""
VERSION_DIGITS = 12
VERSION_TAG = re.compile(rb'(<meta name="console-version" content=")[^"]*(")')
"""Place in the index where the version is filled in."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file as it is sent."""

    body: bytes
    content_type: str
    digest: str
    """Digest of the body in hex, which is its entity tag."""
    compressed: bytes
    """The body in gzip."""


class Page:
    """All files of one page."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        """Make the page of `contents` by path; one of them is the index."""
        whole = hashlib.sha256()
        for path, body in sorted(contents.items()):
            whole.update(b"%s\0%d\0%s" % (path.encode(), len(body), body))
        self.version = whole.hexdigest()[:VERSION_DIGITS]
        """Version of the page, which another content of any file changes."""
        filled = VERSION_TAG.sub(rb"\g<1>%s\g<2>" % self.version.encode(), contents[INDEX], count=1)
        self.index = _file(INDEX, filled)
        """File that is sent at the root, with the version filled in."""
        self._files = {path: _file(path, body) for path, body in contents.items() if path != INDEX}

    def get(self, path: str) -> PageFile | None:
        """Find a file other than the index by its path below `console/`; None where there is none."""
        return self._files.get(path)

    def __iter__(self) -> Iterator[str]:
        """List the paths of all files but the index."""
        return iter(self._files)


@cache
def page() -> Page:
    """Read the page that ships with the package, at the first call."""
    return Page({path: (PAGE / path).read_bytes() for path in _paths(PAGE.rglob("*"))})


def _paths(found: Iterable[Path]) -> Iterator[str]:
    """List the files that are sent, by their path in the page; what an editor or a system hides is none."""
    for path in found:
        inner = path.relative_to(PAGE)
        hidden = any(part.startswith((".", "__")) for part in inner.parts) or path.name.endswith(NOT_SENT)
        if path.is_file() and not hidden:
            yield inner.as_posix()


def _file(path: str, body: bytes) -> PageFile:
    content_type = CONTENT_TYPES.get(Path(path).suffix, TEXT)
    digest = hashlib.sha256(body).hexdigest()[:32]
    return PageFile(body, content_type, digest, gzip.compress(body, mtime=0))
