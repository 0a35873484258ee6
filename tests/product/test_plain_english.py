"""Pages are in plain English, as far as a program can tell: no long lines, no sentences to be read twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from plain_english import LONGEST_LINE, MOST_WORDS, complaints, faults, paragraphs
from serving import REPOSITORY

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_no_sentence_to_be_read_twice(page: Path) -> None:
    found = [f"{page.name}:{each}" for each in complaints(page.read_text())]
    assert not found, "\n".join(found)


# The checks themselves


@pytest.mark.parametrize(
    ("sentence", "complaint"),
    {
        "pronoun": ("What is left out is said in the log.", "pronoun in place"),
        "so": ("So is every file with a mistake.", "pronoun in place"),
        "double negation": ("Nobody who follows costs nothing.", "double negation"),
        "nothing but": ("A rule with nothing but a state is never asked.", "double negation"),
        "word": ("A client that closes amid the handshake leaves no line.", '"amid"; write'),
        "passives": ("It is read, what was sent is kept, and the rest is dropped.", "passive verbs"),
        "long": (" ".join(["word"] * (MOST_WORDS + 1)), f"words, over {MOST_WORDS}"),
    }.values(),
    ids=lambda value: value[:20],
)
def test_a_sentence_that_is_hard_is_found(sentence: str, complaint: str) -> None:
    assert any(complaint in each for each in faults(sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "Without followers there is no cost.",
        "What is a tenant?",
        "The log names each file that is left out.",
        "It is not the vendor's software.",
    ],
)
def test_a_plain_sentence_is_left_alone(sentence: str) -> None:
    assert not list(faults(sentence))


def test_blocks_tables_and_headings_are_no_prose() -> None:
    page = (
        "# What it is\n\n```sh\nwhat is this\n```\n\n| what | so |\n|---|---|\n\n    what is this\n\nProse.\n"
    )
    assert [text for _, text in paragraphs(page) if text] == ["Prose."]


def test_a_long_line_is_found_in_prose_alone() -> None:
    long = "word " * LONGEST_LINE
    (found,) = (each for each in complaints(f"{long}\n\n| {long} |\n") if "characters" in each.what)
    assert found.line == 1


def test_code_is_one_word_and_items_are_paragraphs_of_their_own() -> None:
    page = "- `what is so nor amid` stays,\n  and goes on.\n- Another.\n"
    assert [text for _, text in paragraphs(page)] == ["`what is so nor amid` stays, and goes on.", "Another."]
    assert not list(complaints(page))
