"""Replace what was said by words of ours, of a like length, in the language they were said in."""

from __future__ import annotations

import unicodedata

from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.recorder.pseudonyms.keyed import CJK, KeyedText

LENGTHS = ((1, 3), (4, 8), (9, 20), (21, 60), (61, 200), (201, 1000), (1001, 4000), (4001, 16000))
"""Classes of lengths in characters; a replacement is in the class of its original, at most in the last."""
TRIES = 50

# Nobody speaks of these on the phone to a service, so none is taken for an original.
STOCK = {
    "en": (
        *(
            "amber",
            "basalt",
            "birch",
            "brook",
            "canyon",
            "cedar",
            "clover",
            "copper",
            "cove",
            "delta",
            "dune",
        ),
        *("fern", "fjord", "flint", "geyser", "glade", "grove", "harbor", "heath", "heron", "islet", "ivy"),
        *("juniper", "lagoon", "larch", "lichen", "maple", "marsh", "meadow", "moss", "osier", "pebble"),
        *("plover", "quartz", "raven", "reed", "ridge", "sable", "shale", "spruce", "sorrel", "thistle"),
        *("tundra", "valley", "walnut", "willow", "wren", "yarrow"),
    ),
    "zh": (
        *(
            "青山",
            "绿水",
            "白云",
            "松柏",
            "竹叶",
            "梅花",
            "兰草",
            "菊丛",
            "荷塘",
            "溪流",
            "江岸",
            "湖畔",
            "岩石",
        ),
        *(
            "沙丘",
            "草原",
            "峡谷",
            "山峰",
            "晨雾",
            "晚霞",
            "飞鸟",
            "游鱼",
            "白鹭",
            "黄鹂",
            "蝴蝶",
            "蜻蜓",
            "芦苇",
        ),
        *("枫林", "桦树", "苔藓", "瀑布", "冰川", "海湾", "礁石", "潮汐", "麦田", "果园", "茶山", "稻浪"),
    ),
}
SHORTEST = {"en": ("oak", "elm", "fir", "ash", "yew", "bay", "box", "gum", "haw", "rye"), "zh": STOCK["zh"]}
"""Words of the shortest class."""


def is_harmless(text: str) -> bool:
    """Check that a text says nothing: white space and marks only, or the word `null`."""
    return text == "null" or not any(unicodedata.category(each)[0] in "LNS" for each in text)


class Words:
    """Replacements of utterances under one key; the same text gets the same one everywhere."""

    def __init__(self, keyed: KeyedText) -> None:
        """Take the key."""
        self._keyed = keyed
        self._made: dict[str, str] = {}

    @property
    def made(self) -> set[str]:
        """Every text that was made."""
        return set(self._made.values())

    def replace(self, text: str) -> str:
        """Replace a text that people said, or that a machine said to them."""
        if is_harmless(text):
            return text
        if text.isdecimal():  # keys that were pressed, or a number
            return self._keyed.shape(text)
        if text not in self._made:
            self._made[text] = self._compose(text)
        return self._made[text]

    def _compose(self, text: str) -> str:
        draws = self._keyed.draws("words", text)
        language = language_of(text)
        low, high = next((each for each in LENGTHS if len(text) <= each[1]), LENGTHS[-1])
        for _ in range(TRIES):
            made = _fill(draws, language, low, high)
            if made != text and (len(text) < 4 or text not in made):
                return made
        return made  # the scan for what is left decides


def language_of(text: str) -> str:
    """Tell Chinese from all else, which is replaced by English."""
    return "zh" if any(CJK[0] <= ord(each) <= CJK[1] for each in text) else "en"


def _fill(draws: KeyedRandom, language: str, low: int, high: int) -> str:
    """Join words until the text is as long as a text drawn of this class."""
    if high == LENGTHS[0][1]:
        return draws.pick(SHORTEST[language])
    space = " " if language == "en" else ""
    wanted = draws.between(low, high)
    made = draws.pick(STOCK[language])
    while len(made) < wanted:
        longer = f"{made}{space}{draws.pick(STOCK[language])}"
        if len(longer) > high:
            break
        made = longer
    return made if len(made) >= low else f"{made}{made}"[:high]
