"""Retry-After is right to the second, and no longer than a window wherever the clock was moved to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engines import Engine
from moving import Moving
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from recording_download import PATH

# over, (seconds since load, Retry-After) - None where the query passes
CASES: dict[str, tuple[dict[str, Any], list[tuple[float, int | None]]]] = {
    "fixed": (
        {"limit": 1, "window": "60s"},
        [(7, None), (7, 60), (33.5, 34), (66.001, 1), (66.999, 1), (67, None), (68, 59)],
    ),
    "fixed, after a pause": ({"limit": 1, "window": "60s"}, [(0, None), (90, None), (91, 59), (150, None)]),
    "enforced": ({"limit": 1, "window": "10s", "enforce": True}, [(0, None), (4, 6), (9, 10), (19, None)]),
    "sliding": (
        {"limit": 2, "window": "60s", "slide": True},
        [(0, None), (50, None), (51, 9), (60, None), (61, 49), (110, None)],
    ),
    "moved back": ({"limit": 1, "window": "60s"}, [(100_000, None), (100_000, 60), (5, None), (6, 59)]),
    "moved back, enforced": (
        {"limit": 1, "window": "60s", "enforce": True},
        [(100_000, None), (100_001, 59), (5, None), (6, 59)],
    ),
    "moved back, sliding": (
        {"limit": 1, "window": "60s", "enforce": True, "slide": True},
        [(100_000, None), (100_001, 59), (5, None), (6, 59)],
    ),
}


@pytest.mark.parametrize(("over", "expected"), CASES.values(), ids=CASES)
def test_a_client_is_told_when_to_come_back(
    over: dict[str, Any], expected: list[tuple[float, int | None]]
) -> None:
    world = Moving({"over": over, "respond": {"status": 429}})
    assert [(seconds, world.retry_after(seconds)) for seconds, _ in expected] == expected


RATE = {"limit": 0, "window": "10s"}
# respond, Retry-After beside it
REFUSALS: dict[str, tuple[dict[str, Any], str | None]] = {
    "a status of HTTP": ({"status": 429}, "10"),
    "another one": ({"status": 503, "body": "later"}, "10"),
    "a code of the vendor's": ({"error": "internal-error"}, None),
    "the same under a status": ({"error": "internal-error", "status": 429}, "10"),
    "the same with a header": ({"error": "internal-error", "headers": {"Retry-After": 7}}, "7"),
    "a body under 200": ({"body": "later"}, None),
}


@pytest.mark.parametrize(("respond", "wait"), REFUSALS.values(), ids=REFUSALS)
def test_only_a_status_that_refuses_comes_with_retry_after(respond: dict[str, Any], wait: str | None) -> None:
    world = Moving({"over": RATE, "respond": respond})
    headers = dict(world.ask(0).response.headers)
    assert headers.get("Retry-After") == wait


def test_flow_control_of_downloads_is_a_code_without_retry_after() -> None:
    rule = {
        "match": {"endpoint": "downloadOiapRecord"},
        "over": RATE,
        "respond": {"error": "recording-download-limit"},
    }
    engine = Engine({"acme": loader.from_json({"rules": [rule]}, "acme.yaml", "acme")})
    body = {"request": {"version": "2.0"}, "msgBody": {"fileName": "Y:/39/odfsrecord/20260101/x.wav"}}
    headers = {"Authorization": "auth-v2/acme/-/-/-"}
    response = engine.handle(Request("POST", PATH, headers, json.dumps(body).encode())).response
    assert (response.status, json.loads(bytes(response.body))["resultCode"]) == (200, "0300008")
    assert "Retry-After" not in dict(response.headers)
