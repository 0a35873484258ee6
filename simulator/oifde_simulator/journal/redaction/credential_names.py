"""Names of credentials, and the values beside such names in text of any kind.

Rule: searching takes time in proportion to the length of the text. Every repetition is bounded, or begins
where no other can have begun (at the start of a word, at a `<`), or ends its expression;
`tests/journal/test_naming.py` counts the steps.

No group with a choice in it is repeated possessively, which Python up to 3.11.4 mistakes
(python/cpython#106052): `(?:x|(?!x))` is `(?:x)?+` without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from itertools import islice
from sys import getsizeof

from oifde_simulator.bounded_cache import bounded_cache

NAMES = "token|secret|passw|passphrase|pwd|auth|credential|(?:api|access|private)[_-]?key"
FIELD = re.compile(NAMES, re.IGNORECASE)
"""Names of fields that hold credentials."""
WORDS = (
    *("token", "secret", "passw", "passphrase", "pwd", "auth", "credential"),
    *(f"{of}{between}key" for of in ("api", "access", "private") for between in ("", "_", "-")),
)
"""Texts of which each name that `NAMES` describes has one, in lower case."""
HEADER = re.compile(f"{NAMES}|cookie|key|signature", re.IGNORECASE)
"""Names of headers that hold credentials."""

CALLED = rf"(?=[\w-]*?(?:{NAMES}))[\w-]++"
"""Whole word that names a credential; to be matched from the beginning of the word."""
SCHEME = r"(?:bearer|basic|digest|negotiate|token)\s++"
"""Authentication scheme before a credential, RFC 9110 11.4."""
OPENING = r"""(?:\\{0,4}+["'([]|%22)"""
"""Quotation mark or bracket before a credential."""
VALUE = r"""(?:(?<=")[^"\\]++|[^\s"'\\&;,<>{}]++)"""
"""Value of a credential, up to the closing quotation mark if there is an opening one."""

NAMED = re.compile(
    rf"""(?<![\w-])({CALLED}"""
    r"""(?:\[[^\]\s]{0,64}+\]|%5B[\w-]{0,64}+%5D|[])"'\\]){0,8}"""  # tokens[0], user[token], {\"token\"
    rf"""\s*+(?:[:=]|%(?:25){{0,4}}+3[AD])>?\s*+(?:{OPENING}|(?!{OPENING}))"""
    rf"""(?:{SCHEME}|(?!{SCHEME})))"""
    rf"""({VALUE})""",
    re.IGNORECASE,
)
"""Credential beside its name: `token: x`, `tokens[]=x`, `token%3Dx`, `"token": "x"`."""
BEARER = re.compile(rf"(?<![\w-])(bearer\s++)({VALUE})", re.IGNORECASE)
"""Credential after its scheme, RFC 6750 2.1."""
ELEMENT = re.compile(
    rf"""(<(?:[\w-]{{1,64}}+:)?{CALLED}[^<>]{{0,512}}+>\s*+(?:<!\[CDATA\[)?+)([^<\]]++)""",
    re.IGNORECASE,
)
"""Credential inside an XML element of its name."""
USERINFO = re.compile(r"""(://|\A(?=[^\s/?#"'<>:@]{0,256}+:))([^\s/?#"'<>]+)(?=@)""")
"""User and password in a URL, RFC 3986 3.2.1; also at the beginning of a text, as in a Host header."""

SIGNS = ("token", "secret", "pass", "pwd", "auth", "credential", "key", "bearer")
"""Every text that `NAMED`, `BEARER` or `ELEMENT` matches contains one of these; the test is cheap."""


Replace = Callable[[str], str]
"""Gives the replacement of a credential."""


NAMES_KEPT = 256 << 10
"""Bytes of names, and of tuples of names, that are cached."""
MOST_NAMES = 64
"""Fields of one body whose names are cached together."""
BLOCK = 256
"""Names of more fields that are searched at once."""
LONG = 256
"""Characters above which a name is searched for words rather than by an expression."""


@bounded_cache(NAMES_KEPT, lambda name, _: getsizeof(name))
def is_credential(name: str) -> bool:
    """Check that a field of this name holds a credential."""
    return names_credential(name)


def names_credential(name: str) -> bool:
    """Find a word for a credential in a name."""
    return _has_word(name) if len(name) > LONG else FIELD.search(name) is not None


def _has_word(text: str) -> bool:
    """Find a word for a credential in a long text, a hundred times faster than `re`."""
    folded = text.lower() if text.isascii() else _folded(text)
    return any(word in folded for word in WORDS)


def _folded(name: str) -> str:
    """Fold the case of a name as `re.IGNORECASE` does, which takes two more letters for an `i`."""
    return name.replace("\u0130", "i").replace("\u0131", "i").casefold()


def credential_fields(names: Collection[str]) -> tuple[str, ...]:
    """Select the names of fields that hold credentials."""
    if len(names) <= MOST_NAMES:
        return _credential_fields(tuple(names))
    # More fields than any client has would only push known names out of the cache.
    left = iter(names)
    found: list[str] = []
    while block := tuple(islice(left, BLOCK)):
        if _has_word("\0".join(block)):
            found += filter(names_credential, block)
    return tuple(found)


@bounded_cache(NAMES_KEPT)
def _credential_fields(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(is_credential, names))


def holds_credential(part: str, name: str) -> bool:
    """Check that a field holds a credential; `part` is `request`, `response` or `headers`."""
    return HEADER.search(name) is not None if part == "headers" else is_credential(name)


def replace_named(text: str, replace: Replace) -> str:
    """Replace each credential beside its name, and user and password in URLs."""
    lower = text.lower()
    for sign in SIGNS:
        if sign in lower:
            text = _replaced(BEARER, _replaced(NAMED, text, replace), replace)
            text = _replaced(ELEMENT, text, replace) if "<" in text else text
            break
    return replace_userinfo(text, replace)


def replace_userinfo(text: str, replace: Replace) -> str:
    """Replace user and password before the `@` of a URL or a host."""
    return _replaced(USERINFO, text, replace) if "@" in text else text


def _replaced(expression: re.Pattern[str], text: str, replace: Replace) -> str:
    return expression.sub(lambda match: match[1] + replace(match[2]), text)
