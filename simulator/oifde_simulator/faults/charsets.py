"""Charsets by their IANA names, and texts encoded in them.

Rule: a closed list; the same text gives the same bytes on every machine.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping

import orjson

from oifde_simulator.text import did_you_mean, shown

CODECS: Mapping[str, str] = {
    "GBK": "gbk",
    "GB18030": "gb18030",
    "GB2312": "gb2312",
    "Big5": "big5",
    "Big5-HKSCS": "big5hkscs",
    "UTF-16": "utf-16-le",
    "UTF-16LE": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    "UTF-32": "utf-32-le",
    "UTF-32LE": "utf-32-le",
    "UTF-32BE": "utf-32-be",
    "US-ASCII": "ascii",
    "ISO-8859-1": "latin-1",
    "ISO-8859-2": "iso8859-2",
    "ISO-8859-15": "iso8859-15",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "KOI8-R": "koi8-r",
    "Shift_JIS": "shift_jis",
    "Windows-31J": "cp932",
    "EUC-JP": "euc_jp",
    "ISO-2022-JP": "iso2022_jp",
    "EUC-KR": "euc_kr",
}
"""Names of Python's codecs by the charset's preferred MIME name (IANA, Character Sets)."""
MARKED = ("UTF-16", "UTF-32")
"""Charsets whose text begins with a byte order mark, here the one of little-endian (RFC 2781, 3.2)."""
MARK = "\ufeff"
ESCAPED = "oifde_simulator.escaped"
"""Name of the error handler of `codecs` that writes JSON escapes."""
_BY_NAME = {name.lower(): name for name in CODECS}


def find_charset(name: str) -> str | None:
    """Find the name of a charset as IANA writes it, from one in any case."""
    return _BY_NAME.get(name.lower())


def charset_error(name: str) -> str:
    """Say that there is no such charset, and which was meant."""
    if name.lower() in ("utf-8", "utf8"):
        return "a body is UTF-8 anyway; name another charset, such as GBK"
    alias = _alias(name)
    near = f'; did you mean "{alias}"?' if alias else did_you_mean(name, CODECS)
    return f"unknown charset {shown(name)}{near or '; known are ' + ', '.join(CODECS)}"


def _alias(name: str) -> str:
    """Find the charset that has another name among programmers, as cp936 is GBK; else empty."""
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return next((written for written, known in CODECS.items() if codecs.lookup(known).name == codec), "")


def encoded(text: str, charset: str) -> bytes:
    """Encode a text; JSON writes what the charset lacks as escapes, any other text as question marks."""
    text = text.removeprefix(MARK)
    codec = CODECS[charset]
    try:
        return (MARK + text if charset in MARKED else text).encode(codec)
    except UnicodeEncodeError:
        return text.encode(codec, ESCAPED if _is_json(text) else "replace")


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Write the characters that a charset lacks as JSON does, in pairs of surrogates beyond U+FFFF."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error(ESCAPED, _escaped)
