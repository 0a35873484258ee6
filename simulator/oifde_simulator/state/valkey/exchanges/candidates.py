"""Candidates as arguments of a script: settings as letters with numbers, and each text by itself.

Rule: only what differs from the default is sent. `candidates.lua` reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oifde_simulator.model.turn import Candidate, Limits, Rate, StateTimes
from oifde_simulator.state.valkey.counts.values import encode_value
from oifde_simulator.state.valkey.names import packed
from oifde_simulator.state.valkey.store import Argument


def candidate_arguments(candidates: Sequence[Candidate]) -> list[Argument]:
    """Encode candidates: how many tables of state times and candidates there are, and they."""
    times: dict[int, StateTimes] = {}
    words: list[Argument] = []
    for each in candidates:
        if each.times is not None:
            times[id(each.times)] = each.times
        words += _candidate(each, [*times].index(id(each.times)) + 1 if each.times is not None else 0)
    head: list[Argument] = [len(times), len(candidates)]
    for table in times.values():
        head += _times(table)
    return head + words


def _times(times: StateTimes) -> Iterator[Argument]:
    yield times.since
    yield len(times.lasting)
    for name, lasting in times.lasting.items():
        yield from (packed(name), lasting.milliseconds, packed(lasting.then))


def _candidate(candidate: Candidate, times: int) -> list[Argument]:
    rule, value, limits, becomes, draw_key, moves_only, _, seen, also, head_only, sends_head = candidate
    settings, texts = _limits(limits, draw_key, seen)
    if becomes is not None:
        settings += "b"
        texts.append(packed(becomes))
    if times:
        settings += f"X{times}"
    if moves_only:
        settings += "m"
    if also:
        settings += "ah" if head_only else "a"
    if not sends_head:
        settings += "n"
    return [settings, packed(rule), encode_value(value), *texts]


def _limits(limits: Limits, draw_key: str, seen: str) -> tuple[str, list[Argument]]:
    """Encode limits, and the texts that they have, in the order of their letters."""
    settings = ""
    texts: list[Argument] = []
    if limits.times is not None:
        settings = f"T{limits.times}"
    if limits.after:
        settings += f"A{limits.after}"
    if limits.every != 1:
        settings += f"V{limits.every}"
    if limits.over is not None:
        settings += _rate(limits.over)
    if limits.in_flight is not None:
        settings += f"I{limits.in_flight}"
    if limits.probability < 1:
        settings += f"P{limits.threshold}"
        texts.append(draw_key)
    if limits.distinct is not None:
        settings += f"D{limits.distinct.count}"
        texts.append(packed(seen))
    if limits.state_is is not None:
        settings += "s"
        texts.append(packed(limits.state_is))
    return settings, texts


def _rate(rate: Rate) -> str:
    until = "" if rate.until is None else f"U{rate.until}"
    return f"L{rate.limit}W{rate.window}{until}{'E' if rate.enforce else ''}{'S' if rate.slide else ''}"
