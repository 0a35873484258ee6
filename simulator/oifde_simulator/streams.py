"""Text for a terminal or a pipe that cannot encode every character.

Rule: import nothing until something has to be escaped, for the sake of health checks.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own would be an import
if TYPE_CHECKING:
    from typing import TextIO

ESCAPES = "oifde_simulator.escapes"
"""Name of the error handler, as `codecs` knows it."""


def escape_unencodable(stream: TextIO | None) -> None:
    """Have a stream write what its encoding lacks as JSON does, `\\u4f60`; a stream of another kind stays.

    So output for people is legible, and output for machines is the same JSON. Where an error handler was
    chosen that replaces characters (PYTHONIOENCODING=ascii:replace), it stays.
    """
    errors = getattr(stream, "errors", None)
    reconfigure = getattr(stream, "reconfigure", None)
    lossless = errors == "surrogateescape" and getattr(stream, "encoding", "") == "utf-8"
    if reconfigure is None or errors not in ("strict", "surrogateescape") or lossless:
        return
    import codecs

    codecs.register_error(ESCAPES, escape)
    reconfigure(errors=ESCAPES)


def encodable(text: str, encoding: str) -> str:
    """Replace what `encoding` lacks by its escapes; an encoding that Python does not know lacks nothing."""
    import codecs

    codecs.register_error(ESCAPES, escape)
    try:
        return text.encode(encoding, ESCAPES).decode(encoding)
    except LookupError:
        return text


def escape(error: UnicodeError) -> tuple[str | bytes, int]:
    """Replace characters that cannot be encoded by their JSON escapes, two for those beyond U+FFFF.

    A lone surrogate stands for a byte of a file's name that is no text; it is escaped, too.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    octets = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    units = (octets[place : place + 2].hex() for place in range(0, len(octets), 2))
    return "".join(f"\\u{unit}" for unit in units), error.end


def printable_text(text: str) -> str:
    """Escape the characters of a text that cannot be printed, but for line feeds and tabs."""
    if text.isprintable():
        return text
    import re

    from oifde_simulator.text import escaped

    # These lay text out; a carriage return only begins what a progress bar writes.
    layout = re.compile(r"(\A\r|[\n\t])")
    return "".join(part if layout.fullmatch(part) else escaped(part) for part in layout.split(text))
