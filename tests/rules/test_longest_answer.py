"""A rule makes no answer longer than the bound, however its operations and placeholders go together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import Response
from oifde_simulator.model.vendor_errors import Problem
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.rules import copies
from oifde_simulator.rules.action import ActionContext, NotApplicable
from oifde_simulator.rules.answers.patch import Patch
from oifde_simulator.rules.answers.respond import Respond
from oifde_simulator.rules.templates import filling

MOST = 100_000
"""The bound in these tests."""
FIELD = "x" * 1000
PAGE = {"list": [{"s": FIELD, "t": [{"u": FIELD}]} for _ in range(5)], "text": FIELD}


@pytest.fixture(autouse=True)
def bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies.Copies.__init__, "__defaults__", (MOST,))
    monkeypatch.setattr(filling, "LARGEST", MOST)


def context(**request: Any) -> ActionContext:
    def rendered(problem: Problem) -> Answer:
        return Answer(Response(200, json.dumps({"errorMsg": problem.error.message}).encode()), {})

    nobody = Answer(Response(200, b""), {})
    return ActionContext(nobody, rendered, KeyedRandom(b""), now=0, document=request)


def patched(*operations: dict[str, Any], document: Any = PAGE, **request: Any) -> tuple[bytes, list[str]]:
    """Patch a page; return the body and the notes."""
    given = context(**request)
    body = json.dumps(document, separators=(",", ":")).encode()
    made = Patch.of(operations).reshape(Response(200, body), given).body
    assert isinstance(made, bytes)
    return made, given.notes


def fill(path: str, size: int) -> dict[str, Any]:
    return {"op": "fill", "path": path, "bytes": size}


def repeat(path: str, count: int) -> dict[str, Any]:
    return {"op": "repeat", "path": path, "count": count}


LONG = "{{ request.callId }}"
TOGETHER: dict[str, list[dict[str, Any]]] = {
    "fills of several fields": [fill(f"/f{number}", 30_000) for number in range(8)],
    "fills of each element": [fill(f"/list/*/f{number}", 9_000) for number in range(8)],
    "a repetition of a repetition": [repeat("/list/0/t/0", 20), repeat("/list/0", 20)],
    "a fill of what is repeated": [repeat("/list/0", 25), fill("/list/*/f", 2_000)],
    "a repetition of what is filled": [fill("/list/0/f", 20_000), repeat("/list/0", 40)],
    "a copy of what is filled": [fill("/f", 50_000), {"op": "copy", "from": "/f", "path": "/g"}],
    "a fill beside a copy": [{"op": "copy", "from": "/list", "path": f"/x{n}"} for n in range(6)]
    + [fill("/f", 50_000)],
    "a value in each that is repeated": [
        repeat("/list/0", 30),
        {"op": "add", "path": "/list/*/v", "value": "v" * 5_000},
    ],
    "placeholders in each that is repeated": [
        repeat("/list/0", 30),
        {"op": "add", "path": "/list/*/v", "value": LONG},
    ],
    "placeholders, copied": [
        {"op": "add", "path": "/v", "value": [LONG] * 5},
        *({"op": "copy", "from": "/v", "path": f"/w{n}"} for n in range(8)),
    ],
}


@pytest.mark.parametrize("operations", TOGETHER.values(), ids=TOGETHER)
def test_operations_that_each_keep_the_bound_keep_it_together(operations: list[dict[str, Any]]) -> None:
    body, notes = patched(*operations, callId="c" * 4_000)
    assert len(body) <= MOST
    assert "would " in notes[-1]


def test_what_has_no_room_is_left_out_and_what_follows_may_have_some() -> None:
    body, notes = patched(fill("/a", 60_000), fill("/b", 60_000), fill("/c", 20_000))
    made = json.loads(body)
    assert (len(made["a"]), "b" in made, len(made["c"])) == (60_000, False, 20_000)
    assert notes == [
        "patch[1]: fill /b: the answer, with all that the patch writes, would take more than 64 MiB"
    ]


def test_the_answer_itself_counts_and_a_removal_is_done_whatever_its_length() -> None:
    body, _ = patched(fill("/a", MOST - 500), document={})
    assert len(body) <= MOST
    page = {"text": "t" * 1_000}
    with pytest.raises(NotApplicable, match="more than 64 MiB"):
        patched(fill("/a", MOST - 500), document=page)
    body, notes = patched({"op": "remove", "path": "/a"}, document={"a": 1, "text": "t" * MOST * 2})
    assert (len(body) > MOST, notes) == (True, [])


def test_numbers_that_grow_are_part_of_the_answer() -> None:
    document = {"n": [1] * (MOST // 4)}
    with pytest.raises(NotApplicable, match="would be longer than 64 MiB"):
        patched({"op": "scale", "path": "/n/*", "factor": 10**9}, document=document)


FILLED = {
    "a message": {"errorCode": 5, "errorMsg": LONG},
    "a body": {"body": LONG},
    "JSON": {"json": {"a": [LONG]}},
}


@pytest.mark.parametrize("respond", FILLED.values(), ids=FILLED)
@pytest.mark.parametrize(
    ("letter", "size"),
    [("x", 1), ("我", 3), ("😀", 4), ('"', 2), ("\x01", 6)],
    ids=["x", "3", "4", "quote", "escape"],
)
def test_placeholders_are_measured_by_what_is_sent(respond: dict[str, Any], letter: str, size: int) -> None:
    size = len(letter.encode()) if "body" in respond else size
    short, long = letter * (MOST // size - 200), letter * (MOST // size + 1)
    assert Respond.of(respond).reshape(Response(200, b""), context(callId=short)).body
    given = context(callId=long)
    with pytest.raises(NotApplicable, match="respond: the answer would be longer than 64 MiB"):
        Respond.of(respond).reshape(Response(200, b""), given)
    assert given.inserted == [], "it is refused before it is written"


def test_texts_around_placeholders_count_too() -> None:
    for respond in ({"errorCode": 5, "errorMsg": '"' * (MOST // 2) + LONG}, {"json": ["j" * MOST, LONG]}):
        with pytest.raises(NotApplicable, match="respond: the answer would be longer than 64 MiB"):
            Respond.of(respond).reshape(Response(200, b""), context(callId="7"))


def test_placeholders_of_a_patch_are_measured_together_and_as_json_escapes_them() -> None:
    many = [{"op": "add", "path": f"/v{number}", "value": LONG} for number in range(20)]
    body, notes = patched(*many, document={}, callId="c" * (MOST // 25))
    assert (len(json.loads(body)), notes) == (20, [])
    with pytest.raises(NotApplicable, match="patch: the answer would be longer than 64 MiB"):
        patched(*many, document={}, callId='"' * (MOST // 25))
