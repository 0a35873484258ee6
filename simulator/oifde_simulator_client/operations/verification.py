"""Operations that judge: verdicts on the exchanges on record, and coverage of rules."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from oifde_simulator_client.call import Call, of_json
from oifde_simulator_client.decode import as_it_is, build
from oifde_simulator_client.encode import format_instant, query_string
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.expectations import expectations, spelled
from oifde_simulator_client.models import Verdict

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only


def verify(
    *expect: Mapping[str, Any], tenant: str | None = None, since: int | str | datetime | None = None
) -> Call[Verdict]:
    """Judge whether the recorded exchanges meet every expectation.

    An expectation is written as in docs/control-plane.md; `tenant` and `since` apply to all of them.
    """
    from_when = since if isinstance(since, int | None) else format_instant(since)
    wanted = {"tenant": tenant, "since": from_when, "expect": [spelled(each) for each in expect]}
    body = {name: value for name, value in wanted.items() if value is not None}
    return Call("POST", "/verify", of_json(partial(build, Verdict)), body)


def assert_verdict(
    tenant: str, /, *expect: Mapping[str, Any], since: int | str | datetime | None = None, **wanted: Any
) -> Generator[Call[Any], Any, Verdict]:
    """Assert that the recorded exchanges meet every expectation; the message has the near misses.

    Keywords are expectations: `count`, or `at_least` and `at_most` (by default at least one), of exchanges
    with these attributes and fields, as in `verify(count=3, userMobile="18000000001")`; and `none={...}`,
    `order=[...]`, `tokens_fetched_first=True` and `pages_walked=True`, each beside the others. `since`
    leaves out what came before. Positional expectations are written as in `POST /verify`. Raises
    AssertionError, and ControlProblem for an invalid expectation.
    """
    named = expectations(wanted) if wanted or not expect else ()
    verdict = yield from verify(*expect, *named, tenant=tenant, since=since)
    if not verdict.passed:
        raise AssertionError("\n".join(verdict.failures))
    return verdict


def coverage(tenant: str | None = None) -> Call[Mapping[str, Any]]:
    """Fetch the fired counts of rules and faults, with those that never fired."""
    return Call("GET", "/coverage" + query_string({"tenant": tenant}), of_json(as_it_is))


def coverage_junit(tenant: str | None = None) -> Call[str]:
    """Fetch the coverage as JUnit XML."""
    query = query_string({"tenant": tenant, "format": "junit"})
    return Call("GET", "/coverage" + query, lambda reply: reply.body.decode())
