"""`explain` says how much of which answer is sent: the whole, the beginning, other bytes, or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import TOKEN
from oifde_simulator.cli import main
from oifde_simulator.cli.explain.extent import extent
from oifde_simulator.wire.octets import LazyOctets, stretch
from oifde_simulator.wire.script import Send

HEAD = f'tenant: {{tokens: ["{TOKEN}"]}}\nclock: "2026-01-01T00:00:00Z"\n'
BODY = 62
"""Bytes of the honest answer without records."""
CHANGED = "the honest answer, with other bytes in its body"
Explained = Callable[[str], list[str]]
SENT = {
    "reset": "nothing of the honest answer",
    "hang": "nothing of the honest answer",
    "empty-response": "nothing of the honest answer",
    "swallow": "nothing of the honest answer",
    "garbage": "other bytes than the honest answer",
    "cut: {bytes: 40}": f"the head of the honest answer, and 40 of {BODY} bytes of its body",
    "cut: {bytes: 0}": f"the head of the honest answer, and 0 of {BODY} bytes of its body",
    "reset-mid-body": f"the head of the honest answer, and 31 of {BODY} bytes of its body",
    "truncated-json": f"the head of the honest answer, and 31 of {BODY} bytes of its body",
    "gzip": CHANGED,
    "bom": CHANGED,
    "trailing-garbage": CHANGED,
    "malformed-chunk": CHANGED,
    "latency: 2s": "the honest answer",
    "close": "the honest answer",
    "dribble: 2s": "the honest answer",
    "informational": "the honest answer",
    "content-type: text/html": "the honest answer",
}


@pytest.fixture
def sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Explained:
    """Explain a query by a rule; the lines about what is sent."""

    def lines(rule: str) -> list[str]:
        (tmp_path / "acme.yaml").write_text(f"{HEAD}rules:\n  - {{name: r, {rule}}}\n")
        (tmp_path / "asked.json").write_text(json.dumps({"userMobile": "1"}))
        assert main(["explain", str(tmp_path / "acme.yaml"), str(tmp_path / "asked.json")]) == 0
        text = capsys.readouterr().out
        told = text[text.index("  sent") : text.index("  script")].removeprefix("  sent")
        return [line.strip() for line in told.splitlines()]

    return lines


@pytest.mark.parametrize(("fault", "words"), SENT.items(), ids=SENT.keys())
def test_how_much_of_the_honest_answer_is_sent_is_told(sent: Explained, fault: str, words: str) -> None:
    name = fault.partition(":")[0]
    written = f"{{{fault}}}" if ":" in fault else fault
    assert sent(f"faults: [{written}]") == [words, f"by rule r, with {name}"]


def test_another_answer_of_which_nothing_is_sent_is_told(sent: Explained) -> None:
    assert sent("respond: {status: 503}, faults: [reset]") == [
        "nothing of this answer:", "503 Service Unavailable, no body", "by rule r, with reset",
    ]  # fmt: skip


def test_another_answer_of_which_a_part_is_sent_is_told(sent: Explained) -> None:
    assert sent("respond: {status: 503, body: abcdef}, faults: [{cut: 50%}]") == [
        "the head of this answer, and 3 of 6 bytes of its body:", "503 Service Unavailable", "abcdef",
        "by rule r, with cut",
    ]  # fmt: skip


def test_another_answer_that_is_sent_whole_is_told_as_it_is(sent: Explained) -> None:
    assert sent("respond: {status: 503}, faults: [close]") == [
        "503 Service Unavailable, no body", "by rule r, with close",
    ]  # fmt: skip


class Unread(LazyOctets):
    """A long body that nobody may read."""

    def __len__(self) -> int:
        return 1_000_000

    def read(self, _first: int, _stop: int) -> bytes:
        raise AssertionError("a lazy body was read")


HEADER = Send(b"HTTP/1.1 200 OK\r\n\r\n", "head")


def test_a_lazy_body_is_told_without_reading_it() -> None:
    body = Unread()
    parts = tuple(Send(stretch(body, first, first + 1000)) for first in (0, 1000))
    assert extent((HEADER, Send(body)), body, "it") == "it"
    assert extent((HEADER, *parts), body, "it") == "the head of it, and 2,000 of 1,000,000 bytes of its body"
    assert extent((HEADER, parts[1]), body, "it") == "it, with other bytes in its body"
    assert extent((HEADER, Send(Unread())), body, "it") == "it, with other bytes in its body"
    half = stretch(body, 1000, 3000)
    assert extent((HEADER, Send(stretch(half, 0, 10))), half, "it").endswith("10 of 2,000 bytes of its body")
