"""A file that is an answer: its Content-Type by the ending of its name, and where its bytes are given."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "css": "text/css",
    "csv": "text/csv",
    "htm": "text/html",
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "md": "text/markdown",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "xhtml": "application/xhtml+xml",
    "xml": "application/xml",
    "yaml": "application/yaml",
    "yml": "application/yaml",
}
"""Types of texts (IANA, Media Types), which name their charset where the file is UTF-8."""
BINARIES: Mapping[str, str] = {
    "gif": "image/gif",
    "gz": "application/gzip",
    "ico": "image/vnd.microsoft.icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "wav": "audio/wav",
    "webp": "image/webp",
    "zip": "application/zip",
}
UNKNOWN = "application/octet-stream"
OCTETS = "octets"
"""Key of a `respond` under which the bytes of its file are given, beside the name."""


def content_type(name: str, octets: bytes) -> str:
    """Find the Content-Type of a file."""
    ending = name.rpartition(".")[2].lower()
    text = TEXTS.get(ending)
    if text is None:
        return BINARIES.get(ending, UNKNOWN)
    return f"{text}; charset=UTF-8" if _is_utf8(octets) else text


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True
