"""Names of credentials, and what stands beside such a name in text of any kind.

Rule: a text costs what its length does. A repetition is bounded, or begins where another cannot have begun
(at the start of a word, at a `<`), or is the last of its expression; `tests/journal/test_naming.py` counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable

NAMES = "token|secret|passw|passphrase|pwd|auth|credential|(?:api|access|private)[_-]?key"
FIELD = re.compile(NAMES, re.IGNORECASE)
"""Names of fields that hold credentials."""
HEADER = re.compile(f"{NAMES}|cookie|key|signature", re.IGNORECASE)
"""Names of headers that hold credentials."""

CALLED = rf"(?=[\w-]*?(?:{NAMES}))[\w-]++"
"""A word that is the name of a credential, whole; to be read from its beginning."""
SCHEME = r"(?:bearer|basic|digest|negotiate|token)\s++"
"""Before a credential, as RFC 9110 11.4 has it."""
VALUE = r"""(?:(?<=")[^"\\]++|[^\s"'\\&;,<>{}]++)"""
"""To the end of the quotes, if there are any."""

NAMED = re.compile(
    rf"""(?<![\w-])({CALLED}"""
    r"""(?:\[[^\]\s]{0,64}+\]|%5B[\w-]{0,64}+%5D|[])"'\\]){0,8}+"""  # tokens[0], user[token], {\"token\"
    r"""\s*+(?:[:=]|%(?:25){0,4}+3[AD])>?\s*+(?:\\{0,4}+["'([]|%22)?+"""
    rf"""(?:{SCHEME})?+)"""
    rf"""({VALUE})""",
    re.IGNORECASE,
)
"""A credential beside its name: `token: x`, `tokens[]=x`, `token%3Dx`, `"token": "x"`."""
BEARER = re.compile(rf"(?<![\w-])(bearer\s++)({VALUE})", re.IGNORECASE)
"""A credential behind its scheme, RFC 6750 2.1."""
ELEMENT = re.compile(
    rf"""(<(?:[\w-]{{1,64}}+:)?{CALLED}[^<>]{{0,512}}+>\s*+(?:<!\[CDATA\[)?+)([^<\]]++)""",
    re.IGNORECASE,
)
"""A credential in an element of XML of its name."""
USERINFO = re.compile(r"""(://|\A(?=[^\s/?#"'<>:@]{0,256}+:))([^\s/?#"'<>]+)(?=@)""")
"""Who asks for a URL, and with which password, RFC 3986 3.2.1; also at the beginning, as in a Host."""

SIGNS = ("token", "secret", "pass", "pwd", "auth", "credential", "key", "bearer")
"""One of them is in every text that `NAMED`, `BEARER` or `ELEMENT` is about; telling so costs little."""


def without_named(text: str, instead: Callable[[str], str]) -> str:
    """A text with `instead` of each credential that stands beside its name."""
    lower = text.lower()
    for sign in SIGNS:
        if sign in lower:
            text = _replaced(BEARER, _replaced(NAMED, text, instead), instead)
            text = _replaced(ELEMENT, text, instead) if "<" in text else text
            break
    return without_userinfo(text, instead)


def without_userinfo(authority: str, instead: Callable[[str], str]) -> str:
    """A Host, with `instead` of what stands before its `@`; its name may be of any kind."""
    return _replaced(USERINFO, authority, instead) if "@" in authority else authority


def _replaced(expression: re.Pattern[str], text: str, instead: Callable[[str], str]) -> str:
    return expression.sub(lambda match: match[1] + instead(match[2]), text)
