"""Characters that look like YAML's own and are none: curly quotes, wide colons, unseen blanks.

Word processors, chats and web pages write them. They are looked for where they stand in the place of YAML's
own characters; inside a text they are text.
"""

from __future__ import annotations

import re
from itertools import islice

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.scenario.yaml.parser import BREAK
from oifde_simulator.text import escaped, shown

QUOTES = "“”„‟‘’‚‛«»‹›＂＇´"
"""Quotes that YAML does not know."""
OPENING, CLOSING = "“„‟‘‚‛«‹＂＇´”’", "”’“‘»›＂＇´"
APOSTROPHES = "‘’＇´"
"""Quotes that may be apostrophes: only a pair of them is around a value."""
BLANKS = (
    "\u00a0\u00ad\u115f\u1160\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d"
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u3000\u3164\ufeff\uffa0"
)
"""Blanks and marks that look like a space or like nothing."""
SIGNS = {
    "：": ":",
    "﹕": ":",
    "｛": "{",
    "｝": "}",
    "［": "[",
    "］": "]",
    "－": "-",
    "–": "-",
    "—": "-",
    "−": "-",
    "，": ",",
    "﹐": ",",
    "、": ",",
    "；": ",",
}
"""Characters that look like YAML's own signs, and those."""
KEY = re.compile(rf"(?P<key>[A-Za-z_][\w-]*) *(?:(?P<sign>[：﹕])|:(?P<blank>[{BLANKS}]))", re.ASCII)
"""A key with a wide colon, or with a colon and a blank that is no space."""
LINE = re.compile(
    rf"^ *(?:- )*(?:-?(?P<blank>[{BLANKS}])|(?P<dash>[－–—−])(?= )"
    rf"|[\w-]+ *(?P<colon>[：﹕])|[\w-]+:(?P<gap>[{BLANKS}]))"
    rf"|[,{{] *[\w-]+: [^\"'{{}}\[\],，﹐、；]*(?P<between>[，﹐、；]) *[A-Za-z_][\w-]*:(?= )"
    rf"|[:,\[{{-] *(?P<sign>[{QUOTES}｛［])"
    rf"|[,{{] *[\w-]+ *(?P<inner>[：﹕])"
    rf"|[\]}}\"'\w] *(?P<comma>[，﹐、；]) *(?=[\w-]+ *[:：]|[\"'\[{{])"
    rf"|[\]}}\"'](?P<end>[{BLANKS}])[{BLANKS} ]*$",
    re.ASCII,
)
"""Places in a line where only YAML's own characters can stand."""
NAMES = {"\x85": "NEXT LINE"}
"""Names of characters that Unicode gives to control characters as aliases only."""
WIDE_VALUE = re.compile(r"[-+.0-9A-Za-z_]+%?")
PAIRS = {"｛": "｝", "［": "］"}


@dataclass(frozen=True, slots=True)
class Confusable:
    """A character in the place of another."""

    index: int
    """Its index in the text."""
    character: str
    fix: str
    """What to write."""
    meant: str
    """The text without it."""
    why: str = "which YAML takes for text"

    @property
    def message(self) -> str:
        """The error: the character, and the likely fix."""
        return f"{name(self.character)}, {self.why}; {self.fix}"


def name(character: str) -> str:
    """Name a character: `U+201C LEFT DOUBLE QUOTATION MARK`."""
    import unicodedata  # only wanted when something is wrong

    return f"U+{ord(character):04X} {unicodedata.name(character, NAMES.get(character, 'without a name'))}"


def in_value(text: str) -> Confusable | None:
    """Find a confusable around a plain value, or a whole value of wide characters."""
    return _blank(text) or _quoted(text) or _bracketed(text) or _wide(text) or _dash(text)


def in_key(text: str) -> Confusable | None:
    """Find a confusable around a plain key, or in the place of the colon after it."""
    if found := _blank(text) or _quoted(text) or _wide(text) or _dash(text):
        return found
    if at := KEY.match(text):
        index, character = at.start(at.lastgroup or 0), at[at.lastgroup or 0]
        return Confusable(index, character, _sign_fix(character), at["key"])
    return None


def in_quoted(raw: str, text: str) -> Confusable | None:
    """Find an unseen blank around one word of ASCII in quotes, unless it is written as an escape."""
    found = _blank(text)
    plain = found and found.meant.isascii() and found.meant and " " not in found.meant
    return found if found and plain and found.character in raw else None


def in_line(line: str) -> Confusable | None:
    """Find a confusable of a line that is no YAML, where only YAML's own characters can stand."""
    quotes = counted = 0
    for at in LINE.finditer(line):
        index, character = at.start(at.lastgroup or 0), at[at.lastgroup or 0]
        quotes, counted = quotes + line.count('"', counted, index), index
        if quotes % 2 == 0:
            return Confusable(index, character, _sign_fix(character), line)
    return None


def line_end(text: str, line: int) -> tuple[int, Confusable] | None:
    """Find an unseen end of one of the two lines above a line, and its line, where others end as usual."""
    if text.isascii() or "\n" not in text:
        return None
    for number, end in enumerate(islice(BREAK.finditer(text), line)):
        if number >= line - 2 and not end[0].isascii():
            fix = f'remove it, or write "\\u{ord(end[0]):04x}" in double quotes'
            return number, Confusable(end.start(), end[0], fix, "", "at which a line of YAML ends")
    return None


def _sign_fix(character: str) -> str:
    if sign := SIGNS.get(character):
        return f'write "{sign}"' + (" and a space" if sign in ":,-" else "")
    return "write a space, or nothing" if character in BLANKS else "write straight quotes, or none"


def _blank(text: str) -> Confusable | None:
    meant = text.strip(BLANKS + " ")
    if text[0] in BLANKS:
        index = 0
    elif text[-1] in BLANKS:
        index = len(text) - 1
    else:
        return None
    return Confusable(index, text[index], f"remove it: {escaped(meant[:60]) or shown('')}", meant)


def _quoted(text: str) -> Confusable | None:
    """Find curly quotes around the whole text, or at one end where the other is missing."""
    first, last, inner = text[0], text[-1], text[1:-1]
    begins, ends = first in OPENING, last in CLOSING and len(text) > 1
    if begins and ends and not (set(inner) & set(QUOTES) - set("’´")):
        return _unquoted(text, 0, inner)
    if begins and first not in APOSTROPHES and not set(text[1:]) & set(CLOSING):
        return _unquoted(text, 0, text[1:])
    if ends and last not in APOSTROPHES and not set(text[:-1]) & set(OPENING):
        return _unquoted(text, len(text) - 1, text[:-1])
    return None


def _unquoted(text: str, index: int, inner: str) -> Confusable:
    fix = f"write {shown(inner)} in straight quotes, or {shown(text)} to send the character itself"
    return Confusable(index, text[index], fix, inner)


def _bracketed(text: str) -> Confusable | None:
    if PAIRS.get(text[0]) == text[-1]:
        return Confusable(0, text[0], f'write "{SIGNS[text[0]]}", or put the text in quotes', text)
    return None


def _wide(text: str) -> Confusable | None:
    """Find a number or a word of wide characters, such as ５０３."""
    narrow = _narrow(text)
    wide = [index for index, character in enumerate(text) if "！" <= character <= "～"]
    if wide and WIDE_VALUE.fullmatch(narrow):
        fix = f"write {narrow[:60]}, or {shown(text)} to send the character itself"
        return Confusable(wide[0], text[wide[0]], fix, narrow)
    return None


def _dash(text: str) -> Confusable | None:
    """Find a dash that begins an item of a list, or stands for a minus."""
    if SIGNS.get(text[0]) == "-" and re.fullmatch(r"[ \u00a0].+|[0-9.]+", text[1:]):
        return Confusable(0, text[0], 'write "-", or put the text in quotes', f"-{text[1:]}")
    return None


def _narrow(text: str) -> str:
    """Replace wide characters by those of ASCII, and take blanks and quotes away."""
    kept = (character for character in text if character not in BLANKS and character not in QUOTES)
    return "".join(chr(ord(each) - 0xFEE0) if "！" <= each <= "～" else each for each in kept)
