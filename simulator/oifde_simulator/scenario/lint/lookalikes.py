"""Names characters in a mistaken word that look like those of ASCII: a Cyrillic letter, a wide comma.

Rule: only what an error shows is looked at, so that good texts may have any characters.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.scenario.yaml.confusables import BLANKS, QUOTES, SIGNS, name
from oifde_simulator.text import escaped

LETTERS = "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονυχ"
"""Letters of Cyrillic and Greek that look like Latin ones."""
OTHERS = "∗∕⁄∶‐‑‒、。"
"""Signs that look like those of JSON Pointers, times, ranges and lists."""
POINTERS = (("path",), ("from",))
"""Ends of the paths of JSON Pointers."""
LONGEST = 60
"""Characters of a word that is looked at; a longer one is not shown whole."""


def named(finding: Finding, document: Any) -> Finding:
    """Name the first lookalike of the key or value that a message shows."""
    if "U+" in finding.message:
        return finding
    words = (word for word in _words(finding, document) if not word.isascii() and _is_shown(word, finding))
    found = next(filter(None, map(_lookalike, words)), "")
    if not found:
        return finding
    end = " it" if finding.message.endswith("?") else "; it"
    return replace(finding, message=f"{finding.message}{end} has {name(found)} in it")


def _words(finding: Finding, document: Any) -> list[str]:
    """List the value and the key that a finding is about, as far as they are short texts."""
    place = finding.path if finding.place is None else finding.place
    words = [*place[-1:], *finding.path[-1:]]
    if not finding.on_key:
        words.insert(0, value_at(document, place))
    return [word for word in words if isinstance(word, str) and 0 < len(word) <= LONGEST]


def _is_shown(word: str, finding: Finding) -> bool:
    """Check that a message shows a word, or its part behind a dot; of a JSON Pointer it shows any part."""
    shown = (word, escaped(word), word.rpartition(".")[2] or word)
    return any(each in finding.message for each in shown) or finding.path[-1:] in POINTERS


def _lookalike(word: str) -> str:
    """Find the first lookalike in a word that has letters or digits of ASCII too; empty for none."""
    if not any(each.isascii() and each.isalnum() for each in word):
        return ""
    return next((each for each in word if not each.isascii() and _looks_like_ascii(each)), "")


def in_latin(word: str) -> str:
    """Find the first lookalike in a word of Latin letters; empty where it has other letters too."""
    others = [each for each in word if not each.isascii()]
    is_latin = any(each.isascii() and each.isalpha() for each in word) and all(map(_looks_like_ascii, others))
    return others[0] if others and is_latin else ""


def _looks_like_ascii(character: str) -> bool:
    import unicodedata  # only wanted when something is wrong

    if character in LETTERS or character in OTHERS or character in BLANKS or character in QUOTES:
        return True
    return character in SIGNS or unicodedata.normalize("NFKC", character).isascii()
