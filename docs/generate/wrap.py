"""Wrap the paragraphs of pages that have a line too long: `python docs/generate/wrap.py --write PAGE...`.

Rule: blocks, tables and headings stay, as do paragraphs whose lines fit. Code and links are never broken.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST = 119
"""Characters of a line that is written, one below what is allowed."""
TOKEN = re.compile(r"(?:!?\[[^]]*\]\([^)]*\)|`[^`]*`|\S)+")
"""What stands on one line: a word, code, or a link, with what touches it."""
MARKER = re.compile(r"(?:[-*+]|\d+\.|#+|>|\||=+|:)$")
"""A word that would mean something else at the beginning of a line."""
ITEM = re.compile(r"(\s*(?:[-*]|\d+\.)\s+)")


def wrap(text: str) -> str:
    """Wrap the paragraphs of a page that have a line too long."""
    return "\n".join(_wrapped(text.split("\n")))


def _wrapped(lines: list[str]) -> Iterator[str]:
    block: list[str] = []
    fenced = False
    for line in lines:
        fence = line.lstrip().startswith("```")
        prose = not (fenced or fence or not line.strip() or line.startswith(("|", "#", "!", "<", "    ")))
        if block and (not prose or ITEM.match(line)):
            yield from _filled(block)
            block = []
        if prose:
            block.append(line)
        else:
            yield line
        fenced ^= fence
    yield from _filled(block)


def _filled(block: list[str]) -> Iterator[str]:
    """Fill a paragraph or an item of a list anew, if a line of it is too long."""
    if all(len(line) <= LONGEST for line in block):
        yield from block
        return
    first = block[0]
    item = ITEM.match(first)
    head = item[1] if item else re.match(r"\s*", first)[0]  # type: ignore[index]
    tokens = TOKEN.findall(" ".join([first[len(head) :], *(line.strip() for line in block[1:])]))
    line, empty = head, True
    for token in tokens:
        if not empty and len(line) + 1 + len(token) > LONGEST and not MARKER.match(token):
            yield line
            line, empty = " " * len(head), True
        line, empty = (line if empty else f"{line} ") + token, False
    yield line


if __name__ == "__main__":
    if sys.argv[1:2] != ["--write"]:
        sys.exit("usage: wrap.py --write PAGE...")
    for page in map(Path, sys.argv[2:]):
        page.write_text(wrap(page.read_text(encoding="utf-8")), encoding="utf-8")
