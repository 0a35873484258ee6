"""An explanation for people: lines no wider than a terminal, long bodies cut short."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from oifde_simulator.cli.request_file import RequestFile
from oifde_simulator.engine.explain import Explanation
from oifde_simulator.model.http import Response, reason
from oifde_simulator.oifde.operations import MAIN
from oifde_simulator.text import counted, shown
from oifde_simulator.wire.script import Action, Close, Reset, Script, Send, Wait

WIDTH = 100
LONGEST = 300
"""Characters of a request, and of a message, that are shown."""
RECORDS = 3
"""Records of an answer that are shown."""
TELLING = ("callId", "startTime")
"""Fields of a record that are shown."""
HEADERS = 12
"""Lines of a head that are shown."""
FIRST, LAST = 10, 3
"""Actions of a long script that are shown."""

Blocks = Mapping[str, Sequence[str]]
"""What is said of one request: lines by the word they stand under."""


def request_text(asked: RequestFile) -> str:
    """What is asked, and what of it was filled in."""
    headers = (short(f"{name}: {value}".encode(), WIDTH) for name, value in asked.headers.items())
    filled = [f"filled in: {', '.join(asked.filled_in)}"] if asked.filled_in else []
    return "\n".join([f"{asked.endpoint} {short(asked.octets, LONGEST)}", *headers, *filled])


def texts(turns: Iterable[Explanation], total: int) -> Iterator[str]:
    """Each of `total` explanations under its number; what one has in common with the last is not repeated."""
    before: Blocks = {}
    for number, turn in enumerate(turns, start=1):
        blocks = _blocks(turn)
        yield _text(f"\n{number} of {total}", blocks, before)
        before = blocks


def text(explanation: Explanation, title: str) -> str:
    """One explanation, under a title."""
    return _text(title, _blocks(explanation), {})


def _text(title: str, blocks: Blocks, before: Blocks) -> str:
    new = ((label, _new(lines, before.get(label, ()))) for label, lines in blocks.items())
    return "\n".join([title, *(line for label, lines in new for line in _block(label, lines))])


def _new(lines: Sequence[str], before: Sequence[str]) -> Sequence[str]:
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


def _block(label: str, lines: Sequence[str]) -> Iterator[str]:
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
    """What a client reads in an answer, and its first records."""
    document = _document(response.body)
    if "errorCode" not in document:
        yield f"{response.status} {reason(response.status)}" + ("" if response.body else ", no body")
        if response.body:
            yield short(response.body, WIDTH - 10)
        return
    named = (f"{name} {shown(document[name], LONGEST)}" for name in _members(document))
    yield f"{response.status}, {', '.join(named)}"
    records = document.get(MAIN.records_field)
    if isinstance(records, list):
        yield from map(_record, records[:RECORDS])
        if len(records) > RECORDS:
            yield f"and {counted(len(records) - RECORDS, 'record')} more on this page"


def _record(record: Any) -> str:
    """What tells a record from the others; all of it, cut short, where nothing of that is left."""
    named = [name for name in TELLING if name in record] if isinstance(record, dict) else []
    told = ", ".join(f"{name} {shown(record[name])}" for name in named)
    return told or short(orjson.dumps(record), WIDTH - 10)


def _document(octets: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(octets)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _members(document: dict[str, Any]) -> list[str]:
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
                yield opening + short(octets, WIDTH - 10 - len(opening))
            case Send(octets, part):
                yield f"Send {part}, {counted(len(octets), 'byte')}:"
                yield from _head(octets)
            case Wait(seconds):
                yield f"Wait {_time(seconds)}"
            case Close():
                yield "Close"
            case Reset():
                yield "Reset"


def _head(octets: bytes) -> Iterator[str]:
    lines = [line for line in octets.split(b"\r\n") if line]
    yield from (f"  {short(line, WIDTH - 12)}" for line in lines[:HEADERS])
    if len(lines) > HEADERS:
        yield f"  and {counted(len(lines) - HEADERS, 'line')} more"


def short(octets: bytes, width: int) -> str:
    """Bytes in one line no wider than `width`, with what cannot be printed escaped."""
    text = octets[: 4 * width].decode("utf-8", "backslashreplace")
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return visible if len(visible) <= width and len(octets) <= 4 * width else f"{visible[: width - 3]}..."


def _time(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"
