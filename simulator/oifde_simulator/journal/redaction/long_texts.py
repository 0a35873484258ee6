"""Search of a long text for credentials beside their names, in steps.

Rule: between two steps there is a piece of a few KiB, or a stretch in which nothing speaks of credentials.
"""

from __future__ import annotations

from collections.abc import Iterator

from oifde_simulator.journal.redaction.credential_names import SIGNS
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.stepwise import Steps

BOUNDARY = '},{"'
"""Where records part. Inside a text of a record the quotation mark would be escaped."""
PIECE = 2 << 10
"""Characters from which a piece ends at the next boundary."""
LONGEST_SEARCHED = 64 << 10
"""Characters in which names are searched for at once."""
WINDOW = 8 << 10
"""Characters of a longer piece that are looked at together."""
END = 64
"""Last characters of a stretch that its redaction must leave: no credential goes on behind them."""
SPEAKING = (*SIGNS, "@")
LONGEST_SIGN = max(map(len, SPEAKING))


class Unsearchable(Exception):
    """Raised for a piece that is too long to be searched and may hold credentials."""


def redact_long(text: str, redactor: Redactor) -> Steps[str]:
    """Redact as `Redactor.text` does. Raises Unsearchable."""
    found: list[str] = []
    for piece in _pieces(text):
        if len(piece) <= LONGEST_SEARCHED:
            found.append(redactor.text(piece))
            yield
        else:
            yield from _redact_windows(piece, redactor, found)
    return "".join(found)


def _pieces(text: str) -> Iterator[str]:
    """Part a text where records part."""
    begin = 0
    while begin < len(text):
        place = text.find(BOUNDARY, begin + PIECE)
        end = len(text) if place < 0 else place + 1
        yield text[begin:end]
        begin = end


def _redact_windows(piece: str, redactor: Redactor, found: list[str]) -> Steps[None]:
    """Redact those stretches of a long piece that speak of credentials. Raises Unsearchable."""
    begin = 0
    while begin < len(piece):
        end = begin + WINDOW
        while end < len(piece) and _speaks(piece, end - WINDOW):
            end += WINDOW
            if end - begin > LONGEST_SEARCHED:
                raise Unsearchable
        stretch = piece[begin:end]
        redacted = redactor.text(stretch)
        if end < len(piece) and redacted[-END:] != stretch[-END:]:
            raise Unsearchable
        found.append(redacted)
        begin = end
        yield


def _speaks(piece: str, begin: int) -> bool:
    """Check that a window of a piece has a sign of credentials; one may begin in it and end behind it."""
    window = piece[begin : begin + WINDOW + LONGEST_SIGN].lower()
    return any(sign in window for sign in SPEAKING)
