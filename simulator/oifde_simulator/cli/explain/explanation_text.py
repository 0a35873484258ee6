"""Explanations as text for people.

Rule: no line is wider than a terminal, and long bodies are cut.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from oifde_simulator.cli.explain.answer_text import TEXT_LIMIT, format_answer
from oifde_simulator.cli.explain.extent import extent
from oifde_simulator.cli.explain.request_file import RequestFile
from oifde_simulator.cli.explain.script_text import WIDTH, format_script, format_seconds, shorten
from oifde_simulator.cli.explain.sender import format_sender
from oifde_simulator.engine.changes.document_changes import Change
from oifde_simulator.engine.changes.header_changes import HeaderChange
from oifde_simulator.engine.explain import Explanation
from oifde_simulator.engine.ramps import RampProgress
from oifde_simulator.instants import iso
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.insertion import Insertion
from oifde_simulator.text import counted, shown

CHANGE_LIMIT = 8
"""Most changes of a patch, and most placeholders."""
THIS = "this answer"
"""What an answer is called that is written out below."""
BEGINNINGS = {
    "load": "load or reset",
    "window": "the opening of the window",
    "added": "the adding of the rule",
}
"""Words for what ramps count from."""

Blocks = Mapping[str, Sequence[str]]
"""Lines about one request, by the label of their block."""


def format_request(request: RequestFile) -> str:
    """Write the request and the names of its filled-in fields."""
    headers = (shorten(f"{name}: {value}".encode(), WIDTH) for name, value in request.headers.items())
    filled = [f"filled in: {', '.join(request.filled_in)}"] if request.filled_in else []
    sent = [f"sent {by}"] if (by := format_sender(request.sender)) else []
    asked = f"{request.endpoint} {shown(request.path, WIDTH)}" if request.path else request.endpoint
    return "\n".join([f"{asked} {shorten(request.octets, TEXT_LIMIT)}", *headers, *sent, *filled])


Explained = tuple[RequestFile | None, Explanation]
"""An explanation, with its request where others have others."""


def format_explanations(
    explanations: Iterable[Explanation | Explained], total: int, *, timed: bool = False
) -> Iterator[str]:
    """Write each of `total` explanations under its number, with `as before` for repeated blocks.

    `timed` ones have their time beside the number.
    """
    before: Blocks = {}
    last: int | None = None
    for number, given in enumerate(explanations, start=1):
        request, explanation = given if isinstance(given, tuple) else (None, given)
        title = f"\n{number} of {total}"
        if timed and explanation.exchange.tenant:
            title += f" at {_time(explanation, last)}"
            last = explanation.exchange.at
        blocks = _request_block(request) | _blocks(explanation)
        yield _format_blocks(title, blocks, before)
        before = blocks


def _time(explanation: Explanation, last: int | None) -> str:
    at, elapsed = explanation.exchange.at, explanation.exchange.at - explanation.since
    side = "after" if elapsed >= 0 else "before"
    back = ", the clock moved back" if last is not None and at < last else ""
    return f"{iso(at)}, {format_seconds(abs(elapsed) / 1000)} {side} load{back}"


def _request_block(request: RequestFile | None) -> dict[str, Sequence[str]]:
    return {} if request is None else {"request": format_request(request).split("\n")}


def format_explanation(explanation: Explanation, title: str) -> str:
    """Write one explanation under a title."""
    return _format_blocks(title, _blocks(explanation), {})


def _format_blocks(title: str, blocks: Blocks, before: Blocks) -> str:
    new = ((label, _unless_repeated(lines, before.get(label, ()))) for label, lines in blocks.items())
    return "\n".join([title, *(line for label, lines in new for line in _wrap_block(label, lines))])


def _unless_repeated(lines: Sequence[str], before: Sequence[str]) -> Sequence[str]:
    return ("as before",) if len(lines) > 1 and lines == before else lines


def _blocks(explanation: Explanation) -> dict[str, Sequence[str]]:
    exchange = explanation.exchange
    honest = exchange.honest
    noticed = (*(problem.message for problem in honest.problems[1:]), *honest.warnings)
    return {
        "honest": [*format_answer(honest.response), *(f"noticed: {each}" for each in noticed)],
        "rules": list(_rules(explanation)),
        "sent": list(_sent(explanation)),
        "script": list(format_script(exchange.script)),
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
    yield from _answer(exchange)
    for fired in exchange.fired:
        faults = f", with {', '.join(fired.faults)}" if fired.faults else ""
        state = explanation.moves.get(fired.rule)
        yield f"rule {fired.rule} moved the state to {state}" if state else f"by rule {fired.rule}{faults}"
    yield from map(_header, explanation.headers[:CHANGE_LIMIT])
    if len(explanation.headers) > CHANGE_LIMIT:
        yield f"and {counted(len(explanation.headers) - CHANGE_LIMIT, 'header')} more"
    yield from map(_ramp, explanation.ramps)
    yield from _inserted(exchange.inserted)
    yield from map(_change, explanation.changes[:CHANGE_LIMIT])
    if len(explanation.changes) > CHANGE_LIMIT:
        yield f"and {counted(len(explanation.changes) - CHANGE_LIMIT, 'change')} more"


def _answer(exchange: Exchange) -> Iterator[str]:
    """Write what is sent of which answer; one in the place of the honest answer is written out."""
    response, honest = exchange.response, exchange.honest.response
    if response.body == honest.body and response.status == honest.status:
        yield extent(exchange.script, response.body, "the honest answer")
        return
    if (sent := extent(exchange.script, response.body, THIS)) != THIS:
        yield f"{sent}:"
    yield from format_answer(response)


def _inserted(inserted: Iterable[Insertion]) -> Iterator[str]:
    """Say what placeholders have become, each once."""
    lines = dict.fromkeys(
        f"{each.placeholder} is {'missing' if each.missing else shown(each.text)}" for each in inserted
    )
    yield from islice(lines, CHANGE_LIMIT)
    if len(lines) > CHANGE_LIMIT:
        yield f"and {counted(len(lines) - CHANGE_LIMIT, 'placeholder')} more"


def _ramp(ramp: RampProgress) -> str:
    passed = format_seconds(min(max(ramp.passed, 0.0), ramp.over))
    of = f"{passed} of the ramp's {format_seconds(ramp.over)} have passed"
    side = "after" if ramp.begun >= 0 else "before"
    begun = "" if ramp.counted_from == "load" else f", {format_seconds(abs(ramp.begun))} {side} load"
    return (
        f"late by {format_seconds(ramp.latency)}: {of}, counted from {BEGINNINGS[ramp.counted_from]}{begun}"
    )


def _header(change: HeaderChange) -> str:
    value = "" if change.after is None else f": {shown(change.after, 60)}"
    return f"header {change.how}, {change.name}{value}"


def _change(change: Change) -> str:
    places = f", {change.times} times" if change.times > 1 else ""
    if change.how != "replaced":
        return f"patch {change.how} {change.path}{places}"
    values = f"{shown(change.before, 30)} by {shown(change.after, 30)}"
    return f"patch replaced {change.path}{places}: {values}"
