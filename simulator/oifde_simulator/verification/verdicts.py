"""The verdict on a snapshot of the journal."""

from __future__ import annotations

from typing import Any

from oifde_simulator.verification.expectations import Expectations
from oifde_simulator.verification.snapshot import JournalSnapshot


def verdict(expectations: Expectations, snapshot: JournalSnapshot) -> dict[str, Any]:
    """Verify all expectations; returns the results as JSON, with `passed` if all of them passed."""
    results = [
        {"expectation": given, **expectation.verify(snapshot).as_json()}
        for given, expectation in expectations.each
    ]
    return {
        "passed": all(result["passed"] for result in results),
        "truncated": any(result["truncated"] for result in results),
        "results": results,
    }
