"""Reasons why bytes are no request: what came and what to do, in place of the words of aiohttp's parser."""

from __future__ import annotations

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
    return next(found, shortened(reason))


def explain_body(reason: str) -> str:
    """Explain in one line why bytes are no part of a body; aiohttp's `reason` may quote them."""
    what, _, _ = reason.partition(":")
    return f"{shortened(what)}; {CHUNKS}"


def shortened(text: str) -> str:
    """Shorten a reason to one line of at most LONGEST_REASON characters."""
    return " ".join(text.split())[:LONGEST_REASON]
