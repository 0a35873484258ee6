"""Faults on a body that is made while it is sent: the same bytes as in memory, and none made too early."""

from __future__ import annotations

from typing import Any

import pytest

from oifde_simulator.faults import Fault, FaultContext, apply, build, builtin_faults, chain
from oifde_simulator.model.http import Request, Response
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.wire import octets as lazy
from oifde_simulator.wire.octets import LazyOctets, Stretch, TooLarge, digest, stretch, whole
from oifde_simulator.wire.script import Close, Script, Send, length, materialized, truncate_body

BODY = bytes(range(256)) * 20


class Counted(LazyOctets):
    """Lazy octets that count what is read of them."""

    def __init__(self, body: bytes = BODY) -> None:
        self.body = body
        self.read_bytes = 0

    def __len__(self) -> int:
        return len(self.body)

    def read(self, first: int, stop: int) -> bytes:
        self.read_bytes += stop - first
        return self.body[first:stop]


class Endless(LazyOctets):
    """Lazy octets of any length that must never be read."""

    def __len__(self) -> int:
        return 1 << 40

    def read(self, first: int, stop: int) -> bytes:
        raise AssertionError(f"read from {first} to {stop}")


def script(body: Any) -> Script:
    headers = (("Content-Type", "Application/Octet-stream;charset=UTF-8"),)
    return Response(200, body, headers).script(Request("POST", "/", {}), 0)


def spoiled(whole: Script, item: Any) -> Script:
    return apply(whole, [build(item)], FaultContext(KeyedRandom(b"lazy"), 0.0))


def item(name: str, example: Any) -> Any:
    return name if example is None else {name: example}


ITEMS = [
    item(name, example)
    for name, fault in builtin_faults().items()
    for example in fault.fault_schema["examples"]
]
CHANGING = (
    "bom",
    "invalid-utf8",
    "truncated-json",
    "trailing-garbage",
    "broken-gzip",
    "gzip",
    "malformed-chunk",
)
"""Faults that make another body, for which they need the old one."""
KEEPING = (
    "empty-response",
    "swallow",
    "reset",
    "reset-mid-body",
    "cut",
    "garbage",
    "close",
    "content-length",
    "no-content-length",
    "content-type",
    "charset",
    "big-headers",
    "informational",
    "latency",
    "hang",
    "slow-close",
    "dribble",
    "bandwidth",
    "slicer",
)
"""Faults that part, cut, slow or replace a body without a look at it, or leave one that is no text."""


def name_of(one: Any) -> str:
    return one if isinstance(one, str) else next(iter(one))


def joined(given: Script) -> list[Any]:
    """A script without lazy octets and without the places where bytes are parted."""
    found: list[Any] = []
    for action in materialized(given):
        if (
            found
            and isinstance(action, Send)
            and isinstance(found[-1], Send)
            and found[-1].part == action.part
        ):
            found[-1] = Send(found[-1].octets + action.octets, action.part)
        else:
            found.append(action)
    return found


@pytest.mark.parametrize("one", ITEMS, ids=str)
def test_a_fault_does_the_same_to_a_lazy_body(one: Any) -> None:
    assert joined(spoiled(script(Counted()), one)) == joined(spoiled(script(BODY), one))


@pytest.mark.parametrize("one", [one for one in ITEMS if name_of(one) in KEEPING], ids=str)
def test_a_fault_that_changes_no_byte_of_the_body_makes_none(one: Any) -> None:
    body = Counted()
    spoiled(script(body), one)
    assert body.read_bytes == 0


@pytest.mark.parametrize("one", ITEMS, ids=str)
def test_a_body_that_memory_cannot_hold_is_cut_and_slowed_but_not_changed(one: Any) -> None:
    given = script(Endless())
    made = spoiled(given, one)
    assert (made == given) or name_of(one) in KEEPING


def test_several_faults_may_be_cut_from_one_body() -> None:
    both = spoiled(spoiled(script(Counted()), {"slicer": 1000}), {"cut": 2500})
    assert joined(both)[-1] == Close()
    assert (
        b"".join(each.octets[:] for each in both if isinstance(each, Send) and each.part == "body")
        == BODY[:2500]
    )


def test_a_stretch_of_a_stretch_reads_the_source() -> None:
    body = Counted()
    inner = stretch(stretch(body, 100, 1000), 50, 5000)
    assert inner == Stretch(body, 150, 1000)
    assert (inner[:], inner[10:20], inner[900:]) == (BODY[150:1000], BODY[160:170], b"")
    assert stretch(body, 0, len(BODY)) is body
    assert len(stretch(body, 20, 10)) == 0


def test_a_cut_is_as_lazy_as_what_it_is_cut_from() -> None:
    given = truncate_body(script(Endless()), 1 << 39)
    assert length(given, "body") == 1 << 39


def test_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="without steps"):
        Counted()[::2]


def test_what_is_joined_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lazy, "LARGEST_WHOLE", 1000)
    assert whole([b"x" * 2000, Counted(b"y" * 1000)]) == b"x" * 2000 + b"y" * 1000
    with pytest.raises(TooLarge):
        whole([Counted(b"y" * 600), Counted(b"y" * 600)])


def test_a_digest_is_made_of_all_bytes() -> None:
    body = b"z" * (2 * lazy.SLICE + 1)
    assert digest(Counted(body)) == digest(body)


class Shouting(Fault):
    """A fault of a plugin, which knows bytes only."""

    __slots__ = ("changes",)
    fault_name = "shouting"

    def __init__(self, changes: bool) -> None:
        self.changes = changes

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        return tuple(
            Send(action.octets.upper() if self.changes else action.octets, action.part)  # type: ignore[union-attr]
            if isinstance(action, Send)
            else action
            for action in script
        )


@pytest.mark.parametrize("changes", [True, False])
def test_a_fault_of_a_plugin_gets_bytes(monkeypatch: pytest.MonkeyPatch, changes: bool) -> None:
    monkeypatch.setattr(chain, "is_plugin", lambda fault: True)
    given = script(Counted(b"abc"))
    made = apply(given, [Shouting(changes)], FaultContext(KeyedRandom(b"lazy"), 0.0))
    assert made[-1] == Send(b"ABC") if changes else made is given
    large = script(endless := Endless())
    assert apply(large, [Shouting(changes)], FaultContext(KeyedRandom(b"lazy"), 0.0)) is large
    assert len(endless) == 1 << 40
