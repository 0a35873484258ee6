"""The requests of a file in order, each with the time at which it is sent.

A file holds one request, or a list of them. Their times never go back where the tenant's clock goes.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from oifde_simulator.cli.explain import request_file
from oifde_simulator.cli.explain.request_file import RequestFile
from oifde_simulator.clock import LATEST
from oifde_simulator.instants import instant, instant_error, iso
from oifde_simulator.quantities import DURATION, milliseconds
from oifde_simulator.text import shown
from oifde_simulator_client.duration_mistakes import duration_fix

EXPECTED = 'a time since load such as "5s", or an instant such as "2026-01-01T00:00:05Z"'
MOST_SECONDS = 10**9
"""Number from which on a duration has too many digits."""
MOST_REQUESTS = 10_000
"""Most requests of a file."""


class Step(NamedTuple):
    """One request of a sequence."""

    request: RequestFile
    at: int | None
    """Epoch milliseconds of the tenant's clock; None to leave the clock alone."""


class Times(NamedTuple):
    """What the times of a sequence are told by."""

    load: int
    """When the tenant was loaded, epoch milliseconds on its clock."""
    goes: bool
    """Whether its clock goes, so that its time never goes back."""
    begins: bool = False
    """Whether its clock has a start or a speed of its own: no time means load then, not some time after."""

    @property
    def clock(self) -> str:
        """Clock that goes, as a scenario has it."""
        return "clock: {start, speed}" if self.begins else "clock: now"


def read(document: Any, name: str, times: Times, at: str | None, endpoint: str | None) -> list[Step]:
    """Read the requests of a document from the file `name`; raises ValueError.

    `at` is the time at which the first is sent. One without a time is sent at that of the one before.
    """
    items = _items(document, name)
    requests = [_request(item, place, endpoint) for place, item in items]
    given = [(place, request.at) for (place, _), request in zip(items, requests, strict=True)]
    if at is None and all(each is None for _, each in given) and not times.begins:
        return [Step(request, None) for request in requests]
    now = times.load if at is None else _next("--at", at, times.load, times)
    steps = []
    for request, (place, own) in zip(requests, given, strict=True):
        now = now if own is None else _next(f"{place}.at" if place else f"{name}: at", own, now, times)
        steps.append(Step(request, now))
    return steps


def _items(document: Any, name: str) -> list[tuple[str, Any]]:
    """List the requests of a document with their places; a single one has none."""
    if not isinstance(document, list):
        return [("", document)]
    if not 0 < len(document) <= MOST_REQUESTS:
        raise ValueError(
            f"{name}: expected a JSON object, the body of a request, or a list of 1 to {MOST_REQUESTS} "
            f"of them, found a list of {len(document)}"
        )
    return [(f"{name}: [{place}]", item) for place, item in enumerate(document)]


def _request(item: Any, place: str, endpoint: str | None) -> RequestFile:
    try:
        return request_file.read(item, endpoint)
    except ValueError as error:
        raise ValueError(f"{place}: {error}" if place else str(error)) from None


def _next(place: str, given: Any, before: int, times: Times) -> int:
    """Read a time, and check that the clock can come from the one before to it."""
    try:
        at = read_at(given, times.load)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
    if at >= before or not times.goes:
        return at
    what = "load" if before == times.load else "the time before it"
    raise ValueError(
        f"{place}: {iso(at)} is before {what}, {iso(before)}, and the clock of this tenant never goes back "
        f'({times.clock}); put later requests later, or write clock: "{iso(at)}" into the scenario'
    )


def read_at(given: Any, load: int) -> int:
    """Read a time since `load`, or an instant; epoch milliseconds. Raises ValueError."""
    if not isinstance(given, str):
        number = type(given) is int and 0 <= given < MOST_SECONDS
        fix = f'; write "{given}s"' if number else ""
        raise ValueError(f"expected {EXPECTED}, found {shown(given)}{fix}")
    if re.fullmatch(DURATION, given, re.ASCII):
        at = load + milliseconds(given)
    elif re.fullmatch(r"[0-9]{1,9}", given, re.ASCII):
        raise ValueError(f'{shown(given)} has no unit; write "{given}s" or "{given}ms"')
    elif (found := instant(given)) is not None:
        at = found
    else:
        fix = duration_fix(given)
        raise ValueError(instant_error(given, EXPECTED) + (f"; {fix}" if fix else ""))
    if at > LATEST:
        raise ValueError(f"{shown(given)} is too late; expected a time up to {iso(LATEST)}")
    return at
