"""The verdict on what is on record: each expectation judged, and all of them together."""

from __future__ import annotations

from typing import Any

from oifde_simulator.verification.expectations import Expectations
from oifde_simulator.verification.snapshot import Past


def verdict(expectations: Expectations, past: Past) -> dict[str, Any]:
    """What became of each expectation, as JSON; `passed` where all of them did."""
    results = [
        {"expectation": given, **expectation.judge(past).as_json()}
        for given, expectation in expectations.each
    ]
    return {
        "passed": all(result["passed"] for result in results),
        "truncated": any(result["truncated"] for result in results),
        "results": results,
    }
