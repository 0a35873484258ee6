"""Choose a voice for a text: the language that its letters tell, and another speaker for user and system."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

ENGLISH, CHINESE = "en-us", "cmn"
BY_LETTERS: Mapping[str, str] = {
    "ja": r"[\u3040-\u30ff]",
    "ko": r"[\uac00-\ud7af]",
    CHINESE: r"[\u3400-\u9fff]",
    "ru": r"[\u0400-\u04ff]",
    "el": r"[\u0370-\u03ff]",
    "ar": r"[\u0600-\u06ff]",
    "he": r"[\u0590-\u05ff]",
    "hi": r"[\u0900-\u097f]",
    "th": r"[\u0e00-\u0e7f]",
}
"""Letters of languages, by their names in espeak-ng; Japanese before Chinese, whose letters it has too."""
USER, SYSTEM = "m3", "f2"
"""Variants of a voice: a man asks, a woman answers."""


def voice_of(text: str, language: str, *, of_user: bool) -> str:
    """Name the voice for a text; with a `language`, that one has it. Latin letters are read as English."""
    told = language or next((name for name in BY_LETTERS if _letters(name).search(text)), ENGLISH)
    return f"{told}+{USER if of_user else SYSTEM}"


@cache
def _letters(language: str) -> re.Pattern[str]:
    return re.compile(BY_LETTERS[language])  # takes half a millisecond, and no start needs it
