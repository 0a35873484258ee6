"""Read a user number as people write numbers: with a country code, blanks, dashes or letters."""

from __future__ import annotations

import unicodedata

LONGEST = 60
"""Characters of a number that are looked at."""
MASKS = frozenset("*?#")
"""Characters that stand for hidden digits: such a number has no plain form."""
COUNTRY = "86"
SUBSCRIBER_DIGITS = 11
"""Digits of a mobile number in China without the country code."""


def plain_number(text: str) -> str:
    """Find the plain number that a text may mean; empty where it is plain already or none is in it."""
    if len(text) > LONGEST or MASKS & set(text):
        return ""
    if text.isascii() and text.isdigit():
        return _otherwise(text, text, international=False)
    # Digits of full width, as input methods for Chinese write them, become ASCII.
    normal = unicodedata.normalize("NFKC", text)
    digits = "".join(filter(lambda each: each.isascii() and each.isdigit(), normal))
    return _otherwise(text, digits, international="+" in normal)


def _otherwise(text: str, digits: str, *, international: bool) -> str:
    plain = _without_country(digits, international=international)
    return plain if plain != text else ""


def _without_country(digits: str, *, international: bool) -> str:
    if digits.startswith(f"00{COUNTRY}"):
        return digits[4:]
    local = digits.removeprefix(COUNTRY)
    return local if international or (len(local) == SUBSCRIBER_DIGITS and local.startswith("1")) else digits
