"""Reasons why bytes are no request: what came and what to do, in place of the words of aiohttp's parser."""

from __future__ import annotations

import re

LONGEST_REASON = 200
"""Characters of a reason of aiohttp's that is shown; it quotes the bytes."""

HTTP_2 = (
    "the client speaks HTTP/2 at once (prior knowledge), and HTTP/1.1 is served; have it speak HTTP/1.1, "
    "as with curl --http1.1"
)
TLS = "the client spoke TLS, and this port is plain HTTP; write http:// in its URL, or serve it with TLS"
TRANSFER_ENCODING = (
    "Transfer-Encoding does not end with chunked (RFC 9112, 6.1); expected chunked alone, or a Content-Length"
)
CHUNKS = (
    "expected chunks: each its size in hexadecimal, CRLF, that many bytes, CRLF; at the end 0, CRLF, CRLF "
    "(RFC 9112, 7.1)"
)

CONTENT_LENGTH = "Content-Length: expected decimal digits, the size of the body in bytes, once"
HEADER = "a header: expected a name of letters, digits and dashes, a colon, and the value, as in X-Trace: 7"
TARGET = (
    "the request line: expected a path, which begins with a slash; write other characters as %20 and so on"
)
WORDS = {
    "Missing 'Host'": "no Host header, which HTTP/1.1 needs (RFC 9112, 3.2); send Host: localhost",
    "Invalid HTTP version": "the request line: expected HTTP/1.1 or HTTP/1.0 at its end",
    "Expected HTTP/": "the request line: expected METHOD PATH HTTP/1.1, in capitals, one space between; "
    "a space in the path is written %20",
    "Expected CRLF": "the request line: expected CRLF at the end of each line, not LF or CR alone",
    "Expected space after method": "the request line: expected METHOD PATH HTTP/1.1, one space between",
    "Invalid method": "the request line: expected a method in capitals, such as POST, at its very beginning; "
    "where this is the rest of a body, Content-Length was too small",
    "url": TARGET,
    "Empty Content-Length": CONTENT_LENGTH,
    "Duplicate Content-Length": CONTENT_LENGTH,
    "Content-Length overflow": CONTENT_LENGTH,
    "Invalid character in Content-Length": CONTENT_LENGTH,
    "can't be present with": "Content-Length and Transfer-Encoding exclude each other; send one of them",
    "header token": HEADER,
    "header field char": HEADER,
    "header value char": "a header: expected a value without control characters",
    "whitespace after header value": "a header: expected its value in one line, not folded (RFC 9112, 5.2)",
    "LF after header value": "a header: expected CRLF at its end, and no CR inside",
}
"""Words in aiohttp's reasons, and what was expected. The first that a reason has wins."""
DUPLICATE = re.compile(r"Duplicate '([\w-]+)' header")
QUOTE = re.compile(r": b['\"]|(?<=token) ['\"]")
"""Beginning of the bytes that a reason quotes."""
QUOTED = re.compile(r"b?'(.*)'|b?\"(.*)\"", re.DOTALL)
"""Bytes that a reason quotes, as Python writes them."""


def explain(reason: str, *, max_header_bytes: int, max_headers: int) -> str:
    """Explain a reason of aiohttp's in one line; one that is not known is only shortened."""
    explanations = {
        "Pause on PRI": HTTP_2,
        "HTTPS traffic on an HTTP port": TLS,
        r"b'\x16\x03": TLS,  # in the words of older versions
        "invalid `Transfer-Encoding`": TRANSFER_ENCODING,
        "Got more than": f"the request line or a header has more than {max_header_bytes} bytes, the limit of "
        "--max-header-bytes; send a shorter one, or raise the limit",
        "Too many headers": f"the request has more than {max_headers} headers, the limit of --max-headers; "
        "send fewer, or raise the limit",
    }
    found = (text for words, text in explanations.items() if words in reason)
    return next(found, "") or _expected(shortened(reason))


def _expected(reason: str) -> str:
    """Say what was expected in the place of bytes, and what came; a reason that is not known stays."""
    if twice := DUPLICATE.search(reason):
        return f"the header {twice[1]} comes twice; send it once"
    said = QUOTE.split(reason)[0]
    expected = next((text for words, text in WORDS.items() if words in said), "")
    came = QUOTED.search(reason.partition(":")[2] or reason.partition("token ")[2])
    found = came[1] or came[2] if came else ""
    if not expected or not found or expected == WORDS["Missing 'Host'"]:
        return expected or reason
    return f"{expected}; found {found}"


def explain_body(reason: str) -> str:
    """Explain in one line why bytes are no part of a body; aiohttp's `reason` may quote them."""
    what, _, _ = reason.partition(":")
    return f"{shortened(what)}; {CHUNKS}"


def shortened(text: str) -> str:
    """Shorten a reason to one line of at most LONGEST_REASON characters."""
    return " ".join(text.split())[:LONGEST_REASON]
