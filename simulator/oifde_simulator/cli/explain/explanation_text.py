"""Explanations as text for people.

Rule: no line is wider than a terminal, and long bodies are cut.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from oifde_simulator.cli.explain.request_file import RequestFile
from oifde_simulator.engine.explain import Explanation
from oifde_simulator.model.http import Response, reason
from oifde_simulator.oifde.operations import MAIN
from oifde_simulator.text import counted, shown
from oifde_simulator.wire.script import Action, Close, Reset, Script, Send, Wait

WIDTH = 100
"""Longest line in characters."""
TEXT_LIMIT = 300
"""Longest request or message in characters."""
RECORD_LIMIT = 3
"""Most records of an answer."""
RECORD_FIELDS = ("callId", "startTime")
"""Fields that identify a record."""
HEADER_LIMIT = 12
"""Most lines of a head."""
FIRST, LAST = 10, 3
"""Numbers of actions at both ends of a long script."""

Blocks = Mapping[str, Sequence[str]]
"""Lines about one request, by the label of their block."""


def format_request(request: RequestFile) -> str:
    """Write the request and the names of its filled-in fields."""
    headers = (shorten(f"{name}: {value}".encode(), WIDTH) for name, value in request.headers.items())
    filled = [f"filled in: {', '.join(request.filled_in)}"] if request.filled_in else []
    asked = f"{request.endpoint} {shown(request.path, WIDTH)}" if request.path else request.endpoint
    return "\n".join([f"{asked} {shorten(request.octets, TEXT_LIMIT)}", *headers, *filled])


def format_explanations(explanations: Iterable[Explanation], total: int) -> Iterator[str]:
    """Write each of `total` explanations under its number, with `as before` for repeated blocks."""
    before: Blocks = {}
    for number, explanation in enumerate(explanations, start=1):
        blocks = _blocks(explanation)
        yield _format_blocks(f"\n{number} of {total}", blocks, before)
        before = blocks


def format_explanation(explanation: Explanation, title: str) -> str:
    """Write one explanation under a title."""
    return _format_blocks(title, _blocks(explanation), {})


def _format_blocks(title: str, blocks: Blocks, before: Blocks) -> str:
    new = ((label, _unless_repeated(lines, before.get(label, ()))) for label, lines in blocks.items())
    return "\n".join([title, *(line for label, lines in new for line in _wrap_block(label, lines))])


def _unless_repeated(lines: Sequence[str], before: Sequence[str]) -> Sequence[str]:
    return ("as before",) if len(lines) > 1 and lines == before else lines


def _blocks(explanation: Explanation) -> Blocks:
    exchange = explanation.exchange
    honest = exchange.honest
    noticed = (*(problem.message for problem in honest.problems[1:]), *honest.warnings)
    return {
        "honest": [*_answer(honest.response), *(f"noticed: {each}" for each in noticed)],
        "rules": list(_rules(explanation)),
        "sent": list(_sent(explanation)),
        "script": list(_script(exchange.script)),
    }


def _wrap_block(label: str, lines: Sequence[str]) -> Iterator[str]:
    for place, line in enumerate(lines):
        indent = " " * (10 + len(line) - len(line.lstrip()))
        first = f"  {label:8}" + line[: len(line) - len(line.lstrip())] if place == 0 else indent
        yield from textwrap.wrap(
            line.lstrip(),
            WIDTH,
            initial_indent=first,
            subsequent_indent=indent + "  ",
            break_on_hyphens=False,
        )


def _answer(response: Response) -> Iterator[str]:
    """Write the status, the simple members and the first records of an answer."""
    document = _document(response.body)
    if "errorCode" not in document:
        yield f"{response.status} {reason(response.status)}" + ("" if response.body else ", no body")
        if response.body:
            yield shorten(response.body, WIDTH - 10)
        return
    named = (f"{name} {shown(document[name], TEXT_LIMIT)}" for name in _simple_members(document))
    yield f"{response.status}, {', '.join(named)}"
    records = document.get(MAIN.records_field)
    if isinstance(records, list):
        yield from map(_record, records[:RECORD_LIMIT])
        if len(records) > RECORD_LIMIT:
            yield f"and {counted(len(records) - RECORD_LIMIT, 'record')} more on this page"


def _record(record: Any) -> str:
    """Write the fields that identify a record, or a part of a record without them."""
    named = [name for name in RECORD_FIELDS if name in record] if isinstance(record, dict) else []
    fields = ", ".join(f"{name} {shown(record[name])}" for name in named)
    return fields or shorten(orjson.dumps(record), WIDTH - 10)


def _document(octets: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(octets)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _simple_members(document: dict[str, Any]) -> list[str]:
    return [name for name, value in document.items() if not isinstance(value, list | dict)]


def _rules(explanation: Explanation) -> Iterator[str]:
    verdicts = explanation.verdicts
    width = max((len(verdict.rule) for verdict in verdicts), default=0)
    for verdict in verdicts:
        reasons = f": {'; '.join(verdict.reasons)}" if verdict.reasons else ""
        yield f"{verdict.rule:{width}}  {verdict.outcome}{reasons}"
    if not explanation.exchange.tenant:
        yield "none: the request names no tenant of this scenario"
    elif not verdicts:
        yield "none"


def _sent(explanation: Explanation) -> Iterator[str]:
    exchange = explanation.exchange
    if exchange.response.body == exchange.honest.response.body and (
        exchange.response.status == exchange.honest.response.status
    ):
        yield "the honest answer"
    else:
        yield from _answer(exchange.response)
    if exchange.rule:
        faults = f", with {', '.join(exchange.faults)}" if exchange.faults else ""
        yield f"by rule {exchange.rule}{faults}"


def _script(script: Script) -> Iterator[str]:
    hidden = len(script) - FIRST - LAST
    shown_first = script if hidden <= 0 else script[:FIRST]
    yield from _actions(shown_first)
    if hidden > 0:
        yield f"... {counted(hidden, 'action')} more ..."
        yield from _actions(script[-LAST:])


def _actions(actions: Iterable[Action]) -> Iterator[str]:
    for action in actions:
        match action:
            case Send(octets, "body"):
                opening = f"Send body, {counted(len(octets), 'byte')}: "
                yield opening + shorten(octets, WIDTH - 10 - len(opening))
            case Send(octets, part):
                yield f"Send {part}, {counted(len(octets), 'byte')}:"
                yield from _head(octets)
            case Wait(seconds):
                yield f"Wait {_format_seconds(seconds)}"
            case Close():
                yield "Close"
            case Reset():
                yield "Reset"


def _head(octets: bytes) -> Iterator[str]:
    lines = [line for line in octets.split(b"\r\n") if line]
    yield from (f"  {shorten(line, WIDTH - 12)}" for line in lines[:HEADER_LIMIT])
    if len(lines) > HEADER_LIMIT:
        yield f"  and {counted(len(lines) - HEADER_LIMIT, 'line')} more"


def shorten(octets: bytes, width: int) -> str:
    """Write bytes in one line of at most `width` characters; escape unprintable characters."""
    text = octets[: 4 * width].decode("utf-8", "backslashreplace")
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return visible if len(visible) <= width and len(octets) <= 4 * width else f"{visible[: width - 3]}..."


def _format_seconds(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"
