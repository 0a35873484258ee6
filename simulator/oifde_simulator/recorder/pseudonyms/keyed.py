"""Keyed pseudonyms of runs of digits and letters: same length, same alphabet, never the original."""

from __future__ import annotations

import re
from hashlib import blake2b

from oifde_simulator.randomness import KeyedRandom, key

RUN = re.compile(r"[^\W_]+")
LOWER_HEX, UPPER_HEX = re.compile(r"[0-9a-f]+"), re.compile(r"[0-9A-F]+")
CJK = (0x4E00, 0x9FA5)
"""First and last of the common Chinese characters."""
ROUNDS = 8
"""Rounds of the Feistel network; NIST SP 800-38G takes 8 to 10 for networks of this kind."""


class KeyedText:
    """Pseudonyms under one key."""

    def __init__(self, secret: bytes) -> None:
        """Take a key of any length."""
        self._key = blake2b(secret, digest_size=32).digest()
        self._runs: dict[str, str] = {}

    @property
    def made(self) -> set[str]:
        """Every run that was made: where one equals an original by chance, it is no leak."""
        return set(self._runs.values())

    def fingerprint(self, *parts: object) -> str:
        """Hash values so that nobody without the key can try candidates."""
        return blake2b(key(*parts), key=self._key, digest_size=16).hexdigest()

    def draws(self, *purpose: object) -> KeyedRandom:
        """Make a generator of its own for a purpose."""
        return KeyedRandom(key(self._key.hex(), *purpose))

    def shape(self, text: str) -> str:
        """Replace each run of letters and digits, and leave what stands between."""
        return RUN.sub(lambda run: self.run(run[0]), text)

    def run(self, text: str) -> str:
        """Replace one run of letters and digits."""
        if text not in self._runs:
            plain = text.isascii() and text.isdecimal()
            self._runs[text] = self._digits(text) if plain else self._mixed(text)
        return self._runs[text]

    def _digits(self, text: str) -> str:
        """Permute the numbers of this length and first digit, which tells mobile numbers from others."""
        return self._other(text, 10) if len(text) == 1 else text[0] + self._other(text[1:], text[0])

    def _other(self, text: str, tweak: object) -> str:
        """Permute the texts of so many digits; none stays, since it goes one step round a keyed circle."""
        size, count = len(text), 10 ** len(text)
        if size == 1:
            return str((int(text) + 1 + self._hash(size, tweak, 0) % 9) % 10)
        place = self._feistel(int(text), size, tweak, forwards=False)
        return f"{self._feistel((place + 1) % count, size, tweak, forwards=True):0{size}d}"

    def _feistel(self, value: int, size: int, tweak: object, *, forwards: bool) -> int:
        low: int = 10 ** (size // 2)
        halves: list[int] = [*divmod(value, low)]
        limits: list[int] = [10 ** (size - size // 2), low]
        for number in range(ROUNDS) if forwards else reversed(range(ROUNDS)):
            changed, other = number % 2, 1 - number % 2
            step = self._hash(size, tweak, number, halves[other])
            halves[changed] = (halves[changed] + (step if forwards else -step)) % limits[changed]
        return halves[0] * low + halves[1]

    def _hash(self, *parts: object) -> int:
        octets = blake2b(repr(parts).encode(), key=self._key, digest_size=24, person=b"digits").digest()
        return int.from_bytes(octets)

    def _mixed(self, text: str) -> str:
        draws = self.draws("run", text)
        for _ in range(100):  # 1 in 16 is the worst chance to draw the original
            made = "".join(_character(each, draws, _hex_alphabet(text)) for each in text)
            if made != text:
                return made
        raise ValueError("expected a text with a letter that has another beside it")


def _hex_alphabet(text: str) -> str:
    if LOWER_HEX.fullmatch(text):
        return "0123456789abcdef"
    return "0123456789ABCDEF" if UPPER_HEX.fullmatch(text) else ""


def _character(character: str, draws: KeyedRandom, alphabet: str) -> str:
    """Draw a character of the same kind."""
    if alphabet:
        return draws.pick(alphabet)
    if character.isdecimal():
        return chr(ord(character) - int(character) + draws.below(10))
    if CJK[0] <= ord(character) <= CJK[1]:
        return chr(draws.between(*CJK))
    letter = draws.pick("abcdefghijklmnopqrstuvwxyz")
    return letter.upper() if character.isupper() else letter
