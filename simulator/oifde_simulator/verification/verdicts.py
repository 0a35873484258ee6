"""The verdict on a snapshot of the journal."""

from __future__ import annotations

from typing import Any

from oifde_simulator.stepwise import Steps
from oifde_simulator.verification.expectations import Expectations
from oifde_simulator.verification.snapshot import JournalSnapshot


def verdict(expectations: Expectations, snapshot: JournalSnapshot) -> Steps[dict[str, Any]]:
    """Verify all expectations; returns the results as JSON, with `passed` if all of them passed."""
    results = []
    for given, expectation in expectations.each:
        result = yield from expectation.verify(snapshot)
        results.append({"expectation": given, **result.as_json()})
        yield
    return {
        "passed": all(result["passed"] for result in results),
        "truncated": any(result["truncated"] for result in results),
        "results": results,
    }
