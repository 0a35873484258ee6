"""Exchanges of the journal as lines: requests, answers, what was wrong, and what would have been."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from oifde_simulator.oifde.operations import OPERATIONS
from oifde_simulator.pytest_plugin import counts
from oifde_simulator_client import Control, ControlProblem, Exchange, ExchangeInWhole

VALUE_LIMIT = 60
"""Longest value of a field in characters."""
CREDENTIALS = frozenset(name for each in OPERATIONS for name in each.identity_fields)
"""Fields that the lines leave out."""


def format_exchange(entry: Exchange, whole: ExchangeInWhole | None = None) -> str:
    """Write one exchange as a line; of the exchange in `whole` it tells what a spoiled answer had."""
    return " ".join(_parts(entry, whole))


def format_in_whole(control: Control, entry: Exchange) -> str:
    """Write one exchange as a line, with a line for everything that was wrong with it or worth a note."""
    try:
        whole = control.exchange(entry.number)
    except ControlProblem:  # it had to go meanwhile
        return format_exchange(entry)
    return "\n".join(
        [format_exchange(entry, whole), *(f"    {text}" for text in dict.fromkeys(_remarks(whole)))]
    )


def _parts(entry: Exchange, whole: ExchangeInWhole | None) -> Iterator[str]:
    yield f"#{entry.number}"
    yield entry.endpoint or "(no endpoint)"
    for name, value in entry.request.items():
        if name not in CREDENTIALS:
            yield f"{name}={_short(value)}"
    honest = _answer(entry.honest.get("status"), entry.honest.get("errorCode")) + counts.honest(entry)
    sent = _sent(entry, whole)
    yield f"-> {sent or 'nothing sent'}{_by(entry, told=bool(sent))}"
    if entry.rule or not sent:
        yield f"would have been {honest}"
    if entry.outcome.get("how") != "complete":
        yield f"[{_ending(entry, whole)}]"


def _sent(entry: Exchange, whole: ExchangeInWhole | None) -> str:
    """Write the answer that was sent; empty where no byte of it was."""
    if _is_silent(entry, whole):
        return ""
    counted = (counts.sent(entry, whole) if whole else "") if entry.rule else counts.honest(entry)
    return f"{_answer(entry.status, entry.error_code)}{counted}"


def _is_silent(entry: Exchange, whole: ExchangeInWhole | None) -> bool:
    """Check that no byte of an answer was sent; of one that is under way, that none is going to be."""
    how = entry.outcome.get("how")
    if how == "under way":  # how many bytes it is so far is not known
        script = whole.script if whole else ()
        return bool(script) and all(each["do"] != "send" for each in script)
    return how != "complete" and not entry.outcome.get("bytes")


def _by(entry: Exchange, *, told: bool) -> str:
    """Name what spoiled an answer: the faults first where no byte of it is `told`."""
    faults = f" ({', '.join(entry.faults)})" if entry.faults else ""
    rules = f" by rule{'s' if len(entry.rules) > 1 else ''} {', '.join(entry.rules)}" if entry.rule else ""
    end = ";" if entry.rule or not told else ""
    return f"{rules}{faults}{end}" if told else f"{faults}{rules}{end}"


def _ending(entry: Exchange, whole: ExchangeInWhole | None) -> str:
    """Write how the sending of an answer ended, and after how many bytes where that is known."""
    how, count = entry.outcome.get("how"), int(entry.outcome.get("bytes") or 0)
    if not count:
        return f"{how}"
    size = whole.response.get("bytes", 0) if whole else 0
    body = f" with its head; the body alone has {size}" if size > count else ""
    return f"{how}, {count} bytes sent{body}"


def _remarks(whole: ExchangeInWhole) -> Iterator[str]:
    if whole.error_code and (message := sent_message(whole)):
        yield f"errorMsg: {message}"
    honest = whole.honest.get("errorMsg")
    if whole.rule and whole.honest.get("errorCode"):
        yield f"would have been errorMsg: {honest}"
    yield from (f"problem: {text}" for text in whole.problems if text not in (honest, sent_message(whole)))
    yield from (f"warning: {text}" for text in whole.warnings)
    yield from (f"note: {text}" for text in whole.notes)
    yield from (f"held back: rule {each['rule']}: {each['why']}" for each in whole.held_back)


def sent_message(whole: ExchangeInWhole) -> str:
    """Read the errorMsg that was sent; empty for an answer without one."""
    try:
        answer = json.loads(whole.response.get("text") or "")
    except ValueError:  # it is no JSON, or not kept in whole
        return str(whole.honest.get("errorMsg") or "") if not whole.rule else ""
    return str(answer.get("errorMsg") or "") if isinstance(answer, dict) else ""


def _answer(status: Any, error_code: Any) -> str:
    return f"{status}" if error_code is None else f"{status} errorCode {error_code}"


def _short(value: Any) -> str:
    shown = str(value)
    return shown if len(shown) <= VALUE_LIMIT else f"{shown[: VALUE_LIMIT - 1]}…"
