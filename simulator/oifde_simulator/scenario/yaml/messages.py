"""Turns the complaints of a YAML parser into messages that help."""

from __future__ import annotations

import re

import yaml

from oifde_simulator.scenario.yaml import closings, indentation, slips
from oifde_simulator.scenario.yaml.parser import BREAK
from oifde_simulator.scenario.yaml.slips import Slip
from oifde_simulator.text import shown

QUOTE_LEFT_OPEN = r"quoted scalar \|.*(?:end of stream|document indicator|document separator)"
BRACKET_LEFT_OPEN = r"expected ',' or '[]}]'"
BLOCK = r"expected '-'|block (?:collection|sequence|mapping) \||expected <block end>"
"""Complaints about a line that fits nowhere by its indentation."""
SPACE_MISSING = r"mapping values are not allowed|could not find expected ':'|simple key"
"""Complaints that a missing space causes, often on the line before."""

TEXT_BEGINS = r"scanning an (?:alias|anchor)"
"""Contexts whose mark is at the character with which a text cannot begin; the complaint is behind it."""

CLOSING_TOO_MANY = "a closing bracket too many; remove it"
MESSAGES: tuple[tuple[str, str], ...] = (
    (r"\| .?\t$", "a tab; YAML indents with spaces only: replace it by spaces"),
    (
        r"mapping values are not allowed",
        'a ": " that is not expected here; inside a text, put the text in quotes; '
        'after a key, align it with its neighbours and end the key above it with ":"',
    ),
    (
        r"cannot start any token|scanning an (?:alias|anchor)",
        "a text cannot begin with {character}; put it in quotes",
    ),
    (
        r"mapping keys are not allowed",
        'a "?" and a space begin a key, and none is expected here; put the text in quotes',
    ),
    (QUOTE_LEFT_OPEN, "the quote that opens here is never closed; close it"),
    (
        r"quoted scalar \|.*Unicode",
        "an escape that is no character (JSON's pairs of \\u escapes are none in YAML); "
        "write the character itself",
    ),
    (
        r"quoted scalar \|.*(?:unknown escape|hexa?decimal)",
        'an escape that YAML does not know; write "\\\\" for a backslash, '
        "or put the text in single quotes, which know no escapes",
    ),
    (BRACKET_LEFT_OPEN, "the bracket that opens here is not closed, or a comma or a quote is missing in it"),
    (
        r"could not find expected ':'|simple key",
        'a ":" and a space are missing after the key; write "key: value"',
    ),
    (
        r"sequence entries are not allowed",
        'an item of a list is not expected here; begin the list on a line of its own, each item with "- "',
    ),
    (r"(?:block (?:collection|sequence|mapping) \||expected <block end>).*\| .[]}]$", CLOSING_TOO_MANY),
    (r"\| .;$", 'a ";" that ends nothing in YAML; remove it'),
    (r"\| .\/$", 'a comment begins with "#" in YAML, not with "//"'),
    (
        r"expected '-'|block (?:collection|sequence) \|",
        'this does not fit into the list above; begin each item with "- " in one column',
    ),
    (r"(?:block mapping \||expected <block end>).*\| [\"']:$", 'a space is missing after the ":"; write one'),
    (
        r"(?:block mapping \||expected <block end>).*\| [\"'\]}],$",
        "a comma that separates nothing here; remove it: lines need none between them",
    ),
    (
        r"(?:block mapping \||expected <block end>).*\| [\"'].$",
        "the text goes on after its closing quote; put all of it in one pair of quotes",
    ),
    (r"block mapping \|.*\| .:$|<block end>.*\| .:$", "a key is missing before the colon; write its name"),
    (r"\| .[]}]$", CLOSING_TOO_MANY),
    (
        r"(?:block mapping \||expected <block end>).*\| [^ ].$",
        "the value before this has ended; remove this, or put all of it in one pair of quotes",
    ),
    (r"block mapping \||expected <block end>", "this fits no key above; align it with its neighbours"),
    (r"tag", "an explicit tag; remove it"),
    (
        r"directive|%YAML|incompatible",
        "a directive that is not understood; remove the line that begins with %",
    ),
    (r"document start", "something follows the end of the document; remove it"),
    (r"(?:flow node|node content).*\| ,,$", "a comma too many; remove it"),
    (r"(?:flow node|node content).*\| .\n$", "the file ends, but a bracket is still open; close it"),
    (
        r"(?:flow node|node content).*\| .:$",
        'a text cannot begin with ":" here; put it in quotes, such as "::1"',
    ),
    (
        r"flow node|node content",
        "a value was expected here; close what is open, or remove the stray character",
    ),
    (
        r"block scalar",
        'only a digit, "+" or "-" may follow "|" or ">"; begin the text on the next line, indented',
    ),
)
"""Patterns of the parsers' words (libyaml's and PyYAML's), and our message for each. The first match wins.

The text that is searched is "context | problem | c", with c the last character before the place and the one
at the place; a line feed stands for the end of the file.
"""


def explanation(error: yaml.MarkedYAMLError, text: str) -> tuple[int, int, str]:
    """Explain a parser's error: line and column from 0, and the message."""
    mark = error.problem_mark or error.context_mark
    if re.search(TEXT_BEGINS, error.context or "") and error.context_mark:
        mark = error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    before, character = _around(text, line, column)
    said = f"{error.context or ''} | {error.problem or ''} | {before}{character}"
    if slip := _slip(error, said, text):
        return slip
    if error.context_mark and re.search(f"{QUOTE_LEFT_OPEN}|{BRACKET_LEFT_OPEN}", said):
        line, column = error.context_mark.line, error.context_mark.column
        if re.search(QUOTE_LEFT_OPEN, said) and (
            whole := closings.quoted_text(BREAK.split(text), line, column)
        ):
            return line, column, f"the quote that opens here is never closed; close it, such as: {whole}"
    words = next((words for pattern, words in MESSAGES if re.search(pattern, said)), "")
    return line, column, words.replace("{character}", shown(character)) or f"not YAML: {error.problem}"


def _slip(error: yaml.MarkedYAMLError, said: str, text: str) -> Slip | None:
    """Find the slip that a parser's complaint comes from; None for another one."""
    mark, lines = error.problem_mark, BREAK.split(text)
    if mark is None:
        return None
    slip = _slip_in_line(error, said, lines, mark)
    return slip or slips.quote_over_lines(text, mark.line, mark.column)


def _slip_in_line(error: yaml.MarkedYAMLError, said: str, lines: list[str], mark: yaml.Mark) -> Slip | None:
    """Find a slip by the lines up to the complaint."""
    if re.search(BRACKET_LEFT_OPEN, said) and error.context_mark:
        opened = (error.context_mark.line, error.context_mark.column)
        # A line that begins here is no text that goes on: what was opened above it is not closed.
        begins = opened[0] < mark.line < len(lines) and not lines[mark.line][: mark.column].strip(" -")
        return (
            (None if begins else slips.bracket_in_text(lines, mark.line, mark.column))
            or slips.wrong_bracket(lines, opened, mark.line, mark.column)
            or slips.missing_comma(lines, mark.line, mark.column)
            or closings.apostrophe(lines, mark.line, mark.column)
            or slips.parentheses(lines, mark.line, mark.column)
            or closings.wrong_separator(lines, mark.line, mark.column)
            or closings.comment_in_brackets(lines, mark.line)
            or closings.unclosed_bracket(lines, opened, mark.line, mark.column)
        )
    if "found unexpected ':'" in said:
        return closings.no_space_before_bracket(lines, mark.line, mark.column)
    if re.search(SPACE_MISSING, said):
        return (
            closings.foreign_comment(lines, mark.line)
            or slips.missing_space(lines, mark.line)
            or _missing_colon(error, lines, mark)
        )
    if re.search(TEXT_BEGINS, error.context or "") and error.context_mark:
        return slips.star_for_dash(lines, error.context_mark.line)
    if re.search(BLOCK, said) and mark.line < len(lines) and not lines[mark.line][: mark.column].strip():
        return (
            slips.missing_dash_space(lines, mark.line)
            or indentation.misplaced(lines, mark.line)
            or indentation.left_of_text(lines, mark.line)
        )
    return closings.apostrophe(lines, mark.line, mark.column) if re.search(BLOCK, said) else None


def _missing_colon(error: yaml.MarkedYAMLError, lines: list[str], mark: yaml.Mark) -> Slip | None:
    """Find a key without its colon, or a colon too many for the line above or for a bracket."""
    if error.context_mark:
        number = error.context_mark.line
        slip, outside = slips.missing_colon(lines, number), indentation.left_of_text(lines, number)
        return slip._replace(message=f"{slip.message}; or: {outside.message}") if slip and outside else slip
    return (
        slips.parentheses(lines, mark.line, mark.column)
        or slips.missing_bracket(lines, mark.line, mark.column)
        or indentation.value_above(lines, mark.line)
        or slips.colon_in_text(lines, mark.line, mark.column)
    )


def _around(text: str, line: int, column: int) -> tuple[str, str]:
    """Return the last visible character before a place in its line, and the character at the place."""
    lines = BREAK.split(text)
    here = lines[line] if line < len(lines) else ""
    end = "\n" if line >= len(lines) - 1 else " "
    return here[:column].rstrip()[-1:] or " ", here[column : column + 1] or end
