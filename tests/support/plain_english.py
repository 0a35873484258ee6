"""Find sentences that a tired reader would have to read twice: `python plain_english.py PAGE...`.

Rule: prose only. Blocks, tables, headings and code within a line are left alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST_LINE = 120
"""Characters of a line of Markdown."""
MOST_WORDS = 32
"""Words of a sentence; code within a line is one word."""
MOST_PASSIVES = 2
"""Passive verbs of a sentence."""
WORDS = {
    "amid": "during, in the middle of",
    "e.g.": "for example",
    "etc.": "and so on",
    "hence": "so",
    "hereby": "",
    "i.e.": "that is",
    "in order to": "to",
    "lest": "so that ... not",
    "nay": "",
    "nor": "and not",
    "obviously": "",
    "shall": "must, will",
    "simply": "",
    "thereof": "of it",
    "thus": "so",
    "utilize": "use",
    "whence": "from where",
    "whereby": "by which",
    "wherein": "in which",
    "whilst": "while",
    "whom": "who",
}
"""Words that readers have to look up, or that say nothing, and what to write."""
BARE = re.compile(
    r"^(What|Who|Whoever|Whatever|Whose|That which)\b(?!.*\?$)"
    r"|^(So|That|Those) (is|are|was|were|do|does|has|have)\b"
)
"""A sentence that begins with a pronoun in place of its subject."""
DOUBLE_NEGATION = re.compile(
    r"\b(nobody|nothing|none|no one)\b[^.,;:()]*\b(nobody|nothing|none|never|without|cannot|not)\b"
    r"|\bnot\b[^.,;:()]*\b(nobody|nothing|none|never|without)\b"
    r"|\b(nobody|nothing|none|everything|all|anybody) but\b",
    re.I,
)
PARTICIPLES = (
    "begun|bought|broken|brought|built|chosen|cut|done|drawn|driven|felt|found|given|gone|held|hidden|kept|known|left|lost"
    "|made|meant|met|put|read|said|seen|sent|served|set|shown|shut|spent|taken|taught|thrown|told|understood|written"
)
PASSIVE = re.compile(rf"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+)?(?:\w+ed|{PARTICIPLES})\b", re.I)
FENCE = re.compile(r"^\s*```")
ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s+")
NO_PROSE = ("|", "#", "!", "<!--", "    ")
"""Beginnings of lines of tables, headings, pictures, comments and blocks."""
ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|approx)\.")
END = re.compile(r"(?<=[.?!])[)\"*]*\s+(?=[\"(*`\[]*(?:[A-Z`]|\d[\d,]* ))")
"""Where a sentence ends and another begins."""


@dataclass(frozen=True)
class Complaint:
    """A place of a page, and what is wrong there."""

    line: int
    what: str
    text: str

    def __str__(self) -> str:
        return f"{self.line}: {self.what}: {self.text}"


def complaints(text: str) -> Iterator[Complaint]:
    """Find all that is hard to read in a page."""
    for number, line in prose_lines(text):
        if len(line) > LONGEST_LINE:
            yield Complaint(number, f"{len(line)} characters, over {LONGEST_LINE}", line[:60])
    for number, paragraph in paragraphs(text):
        for sentence in END.split(plain(paragraph)):
            yield from (Complaint(number, what, sentence) for what in faults(sentence))


def faults(sentence: str) -> Iterator[str]:
    """Say what is hard in a sentence."""
    if (words := len(sentence.split())) > MOST_WORDS:
        yield f"{words} words, over {MOST_WORDS}"
    for word, better in WORDS.items():
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", sentence, re.I):
            yield f'"{word}"; write {better}' if better else f'"{word}"; leave it out'
    if BARE.search(sentence):
        yield "begins with a pronoun in place of its subject"
    if found := DOUBLE_NEGATION.search(sentence):
        yield f'double negation, "{found[0]}"'
    if (passives := len(PASSIVE.findall(sentence))) > MOST_PASSIVES:
        yield f"{passives} passive verbs, over {MOST_PASSIVES}"


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Split a page into paragraphs and items of lists, each with the number of its first line."""
    first, last, lines = 0, 0, list[str]()
    for number, line in prose_lines(text):
        if lines and (number > last + 1 or ITEM.match(line)):
            yield first, " ".join(lines)
            lines = []
        first, last = first if lines else number, number
        lines.append(ITEM.sub("", line).strip())
    yield first, " ".join(lines)


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """Find the lines that are prose, with their numbers."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        is_fence = bool(FENCE.match(line))
        block = line.startswith(NO_PROSE) and not ITEM.match(line)
        if line.strip() and not (fenced or is_fence or block):
            yield number, line
        fenced ^= is_fence


def plain(paragraph: str) -> str:
    """Strip code, links and emphasis of Markdown from a paragraph."""
    text = re.sub(r"`[^`]*`", "Code", paragraph)
    text = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", text)
    return (
        ABBREVIATION.sub(lambda found: found[0].replace(".", "\u2024"), text)
        .replace("**", "")
        .replace("*", "")
    )


def main(names: list[str]) -> int:
    """Print the complaints about pages; 1 where there are any."""
    found = [(name, each) for name in names for each in complaints(Path(name).read_text(encoding="utf-8"))]
    for name, each in found:
        print(f"{name}:{each}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
