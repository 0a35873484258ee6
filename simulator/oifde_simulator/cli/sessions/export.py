"""A tenant's sessions as a scenario file of literal records."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from oifde_simulator.cli.sessions.listing import sample_numbers, sessions_of
from oifde_simulator.model.sessions import CallSession
from oifde_simulator.population.literal import LiteralSession
from oifde_simulator.scenario import writer
from oifde_simulator.tenants import Tenants

MOST_NUMBERS = 10_000
"""Sample numbers whose sessions are exported if no number is given."""
SILENCE = 1.0
"""Seconds before the progress bar appears."""


def export(tenants: Tenants, tenant: str, number: str | None, count: int, path: Path) -> int:
    """Write up to `count` sessions as literal records of a scenario file and return their number.

    Raises ValueError without sessions, and rather than replace a file.
    """
    if count < 1:
        raise ValueError(f"expected at least one session to export, found {count}")
    if path.exists():
        raise ValueError(f"{path} is there already and is not replaced; choose another file with --to")
    records = list(_with_progress(islice(_records(tenants, tenant, number), count), count))
    if not records:
        raise ValueError(f"there are no sessions to export of {number or tenant}")
    scenario = tenants.files[tenant]
    spec = {"id": path.stem, "secret": scenario.tenant.secret, "tokens": list(scenario.tenant.tokens)}
    text = writer.scenario_text(
        f"{len(records)} sessions of tenant {tenant}, frozen.", spec, records, derive=scenario.derive
    )
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return len(records)


def _records(tenants: Tenants, tenant: str, number: str | None) -> Iterator[Mapping[str, Any]]:
    """List the records of a number, or of many sample numbers, each number's newest first."""
    numbers = [number] if number else sample_numbers(tenants.files[tenant], MOST_NUMBERS)
    derive = tenants.files[tenant].derive
    for each in numbers:
        for session in sessions_of(tenants, tenant, each):
            record, users = session.record, _users(session)
            if len(users) > 1 and each != next((user for user in users if user in numbers), each):
                continue  # another number of this export has brought it
            own = {} if derive and users == [record["callSorId"]] else {"userMobile": _one_or_all(users)}
            yield {**own, **_without_tenant(record, tenant)}


def _users(session: CallSession) -> list[str]:
    return list(session.users) if isinstance(session, LiteralSession) else [session.user]


def _one_or_all(users: list[str]) -> str | list[str]:
    return users[0] if len(users) == 1 else users


def _without_tenant(record: Mapping[str, Any], tenant: str) -> Mapping[str, Any]:
    """Leave out the source tenant's id: the file's tenant is another one, and shows its own."""
    return {name: value for name, value in record.items() if (name, value) != ("tenantId", tenant)}


def _with_progress(items: Iterable[Mapping[str, Any]], total: int) -> Iterator[Mapping[str, Any]]:
    """Yield the items, and draw a progress bar on standard error if they take long."""
    shown = time.monotonic() + SILENCE
    for done, item in enumerate(items, start=1):
        yield item
        if time.monotonic() >= shown:
            bar = "#" * (40 * done // total)
            print(f"\r[{bar:40}] {done:,} of {total:,}", end="", file=sys.stderr, flush=True)
            shown = time.monotonic() + 0.1
    if time.monotonic() > shown:
        print(file=sys.stderr)
