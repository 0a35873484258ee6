"""The grammar of placeholders: `{{ source | filter: argument }}`, as in Liquid, without its statements.

Rule: each text is parsed in one pass, up to its first mistake.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from oifde_simulator.text import did_you_mean, shown

OPEN, CLOSE = "{{", "}}"
PLACEHOLDER = re.compile(r"""\{\{((?:"[^"]*+"|'[^']*+'|[^"'{}]++|\{(?!\{)|\}(?!\}))*)\}\}""")
"""A whole placeholder; braces in quotes do not end it.

The choices begin with different characters, so that nothing is tried twice. A possessive repetition would
say so, and is mistaken by Python up to 3.11.4 (python/cpython#106052).
"""
TOKEN = re.compile(r"""\s*+(?:("[^"]*+"|'[^']*+')|([|:])|([^\s|:"']++))""")
"""A quoted text, a sign, or a word."""
HEADER_NAME = re.compile(r"[!#$%&*+.^_`~0-9A-Za-z-]+")
"""Name of a header (RFC 9110, 5.6.2), without the signs that mean something here."""
SCALAR = re.compile(r"true|false|null|-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,2})?")
"""A JSON value without quotes and inner values."""
PARTS = {"request": "request", "headers": "headers", "honest": "response"}
"""Sources with fields, and the part of the exchange that each shows."""
EXAMPLES = {"request": "callId", "headers": "X-Trace", "honest": "total"}
"""A field of each."""
OF_OTHERS = {"headers": "headers", "body": "request"}
"""Groups of fields that other tools have below `request`, and the source that they are here."""
PLAIN = ("now", "count")
"""Sources without fields."""
MEANT = {"response": "honest", "answer": "honest", "body": "request", "header": "headers", "time": "now"}
"""Sources of other tools, and those that are like them here."""
KNOWN = "request.FIELD, headers.NAME, honest.FIELD, now, count"
LITERALLY = 'two braces as text are written {{ "{{" }}'
FILTERS = ("default", "upper", "json")


class TemplateError(ValueError):
    """Raised for a text that is no template; the message has the likely fix."""


class Filter(NamedTuple):
    """One filter."""

    name: str
    argument: Any = None


class Placeholder(NamedTuple):
    """One placeholder."""

    written: str
    """The placeholder as it is written, with its braces."""
    part: str
    """`request`, `headers`, `response`, `now` or `count`; empty for a quoted text."""
    name: str
    """Field, or header; of a quoted text the text."""
    filters: tuple[Filter, ...] = ()


Piece = str | Placeholder
Token = tuple[str | None, str | None, str | None]
"""A quoted text, a sign or a word; the others are None."""


def has_braces(text: str) -> bool:
    """Check that a text may be a template."""
    return OPEN in text


def parse(text: str) -> tuple[Piece, ...]:
    """Part a text into plain pieces and placeholders. Raises TemplateError."""
    return tuple(piece for piece in _pieces(text) if piece)


def _pieces(text: str) -> Iterator[Piece]:
    rest = 0
    while (begin := text.find(OPEN, rest)) >= 0:
        found = None if text.startswith("{{{", begin) else PLACEHOLDER.match(text, begin)
        if found is None:
            raise TemplateError(_unfinished(text[begin:]))
        yield text[rest:begin]
        yield _placeholder(found[0], found[1])
        rest = found.end()
    yield text[rest:]


def _unfinished(text: str) -> str:
    if text.startswith("{{{"):
        return f'{shown(text)} has three braces; write {{{{, and a brace before it as {{{{ "{{" }}}}'
    inner = text.find(OPEN, len(OPEN))
    if inner > 0 and CLOSE in text[inner:] and CLOSE not in text[:inner]:
        return f"{shown(text)}: no placeholder stands in another; close it with {CLOSE} first, or {LITERALLY}"
    quote = ", and each quotation mark" if any(mark in text for mark in "\"'") else ""
    return f"{shown(text)} is never closed; close it with {CLOSE}{quote}, or {LITERALLY}"


def _placeholder(written: str, inner: str) -> Placeholder:
    tokens = [(match[1], match[2], match[3]) for match in TOKEN.finditer(inner)]
    if not tokens:
        raise TemplateError(f"{shown(written)} is empty; write one of {KNOWN}, or {LITERALLY}")
    quoted, sign, word = tokens[0]
    if sign:
        raise TemplateError(f"{shown(written)} begins with no source; write one of {KNOWN} before {sign}")
    part, name = ("", quoted[1:-1]) if quoted else _source(word)
    return Placeholder(written, part, name, tuple(_filters(written, tokens[1:])))


def _source(word: str) -> tuple[str, str]:
    """Read a source: its part, and the field in it."""
    root, _, name = word.partition(".")
    if root in PLAIN:
        if name or word != root:
            raise TemplateError(f"{root} has no fields; write {{{{ {root} }}}}")
        return root, ""
    if mistake := _field_mistake(root, name) if root in PARTS else _unknown_source(root, name):
        raise TemplateError(mistake)
    return PARTS[root], name


def _field_mistake(root: str, name: str) -> str:
    """Say why a source has no such field, whatever the contract says; empty where it may."""
    if not name:
        return f"{root} needs a field, such as {{{{ {root}.{EXAMPLES[root]} }}}}"
    group, _, field = name.partition(".")
    if root == "request" and group in OF_OTHERS and field:
        return f"request has no {group}; write {{{{ {OF_OTHERS[group]}.{field} }}}}"
    if root == "headers" and not HEADER_NAME.fullmatch(name):
        return f"no header can be called {shown(name)}; write its name alone"
    return ""


def _unknown_source(root: str, name: str) -> str:
    meant = MEANT.get(root)
    field = f".{name}" if name and meant not in PLAIN else ""
    hint = f"; did you mean {meant}{field}?" if meant else did_you_mean(root, (*PARTS, *PLAIN))
    return f"there is no placeholder {shown(root)}{hint or '; known are ' + KNOWN} ({LITERALLY})"


def _filters(written: str, tokens: Sequence[Token]) -> Iterator[Filter]:
    place = 0
    while place < len(tokens):
        if tokens[place][1] != "|":
            found = next(filter(None, tokens[place]))
            raise TemplateError(
                f"{shown(written)}: expected | and a filter, or {CLOSE}, found {shown(found)}"
            )
        name = tokens[place + 1][2] if place + 1 < len(tokens) else None
        if name is None:
            raise TemplateError(f"{shown(written)}: a filter is missing after |; write {', '.join(FILTERS)}")
        place += 2
        argument = None
        if place < len(tokens) and tokens[place][1] == ":":
            argument = tokens[place + 1] if place + 1 < len(tokens) else (None, None, None)
            place += 2
        yield _filter(name, argument)


def _filter(name: str, argument: Token | None) -> Filter:
    if name not in FILTERS:
        hint = did_you_mean(name, FILTERS) or f"; known are {', '.join(FILTERS)}"
        raise TemplateError(f"there is no filter {shown(name)}{hint}")
    if name != "default":
        if argument is not None:
            raise TemplateError(f"the filter {name} takes no value; remove what stands after the colon")
        return Filter(name)
    return Filter(name, _argument(argument))


def _argument(token: Token | None) -> Any:
    quoted, _, word = token or (None, None, None)
    if quoted:
        return quoted[1:-1]
    if not word:
        raise TemplateError('the filter default needs a value, such as default: "none"')
    if not SCALAR.fullmatch(word):
        raise TemplateError(f"the value of default is no JSON: {shown(word)}; a text stands in quotes")
    return json.loads(word)
