"""Entries as bytes and back, for stores outside this process.

Rule: `decode(encode(entry)) == entry`. The bytes are one JSON array, so that another language can read them
too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import orjson

from oifde_simulator.model.decision import RecordedDecision
from oifde_simulator.model.entry import Entry, RecordedHead, RecordedRequest, ShortenedRequest
from oifde_simulator.model.http import Headers, Peer, PortName
from oifde_simulator.model.outcome import Outcome

FORMAT = 3
"""First element of the array; raise it whenever the elements change."""


def encode(entry: Entry) -> bytes:
    """Encode an entry as JSON."""
    head, document, body = entry.request
    values = [
        FORMAT,
        *entry[:4],
        [*head[:3], document, body, isinstance(entry.request, ShortenedRequest), *head[3:]],
        *entry[5:9],
        entry.body.decode("latin-1"),
        *entry[10:12],
        dict(entry.honest),
        *entry[13:-3],
        [*entry.peer],
        _decision_values(entry.decision),
        [*entry.outcome],
    ]
    try:
        return orjson.dumps(values)
    except orjson.JSONEncodeError:  # half of a surrogate pair in a name, which only escapes can carry
        return json.dumps(values).encode("ascii")


def decode(octets: bytes) -> Entry:
    """Decode an entry. Raises ValueError for bytes of another format."""
    found, *values = _loaded(octets)
    if found != FORMAT:
        raise ValueError(f"expected an entry of format {FORMAT}, found format {found!r}")
    (
        number, at, tenant, endpoint, request, request_bytes, status, error_code, headers, body, body_bytes,
        honest_status, honest, charge, rule, faults, held_back, problems, warnings, notes, peer,
        decision, outcome,
    ) = values  # fmt: skip
    return Entry(
        number, at, tenant, endpoint, _request(*request), request_bytes, status, error_code, _pairs(headers),
        body.encode("latin-1"), body_bytes, honest_status, honest, charge, rule, tuple(faults),
        _pairs(held_back), tuple(problems), tuple(warnings), tuple(notes), Peer(*peer),
        _decision(*decision), Outcome(*outcome),
    )  # fmt: skip


def _loaded(octets: bytes) -> Any:
    try:
        return orjson.loads(octets)
    except orjson.JSONDecodeError:
        return json.loads(octets)


def _request(
    method: str, target: str, headers: Any, document: Any, body: str, shortened: bool, port: PortName = ""
) -> RecordedRequest:
    kind = ShortenedRequest if shortened else RecordedRequest
    return kind(RecordedHead(method, target, _pairs(headers), port), document, body)


def _decision_values(decision: RecordedDecision) -> list[Any]:
    epoch, head, definition, draw, *others = decision
    return [epoch, head, definition, draw.hex(), *others]


def _decision(epoch: int, head: int, definition: str, draw: str, *others: Any) -> RecordedDecision:
    retry_after, moved, number, headers, size, actions, more = others
    return RecordedDecision(
        epoch, head, definition, bytes.fromhex(draw), retry_after, moved, number, _pairs(headers), size,
        tuple(actions), more,
    )  # fmt: skip


def _pairs(values: Sequence[Sequence[str]]) -> Headers:
    return tuple((name, value) for name, value in values)
