"""What a tenant's sessions look like: as a table, JSON, CSV or a scenario file."""

from __future__ import annotations

import csv
import io
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from oifde_simulator.immediate import immediate
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.population.ids import is_number
from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.scenario import writer as writing
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants import Tenants

SAMPLES = 12
"""Numbers that are shown when none is asked for."""
COLUMNS = ("startTime (UTC)", "seconds", "dialogType", "turns", "intention", "callId")
INTENTION = 40
"""Characters of the intentions that are shown."""
PATIENCE = 1.0
"""Seconds without a sign of life."""


def sample_numbers(scenario: Scenario, count: int) -> list[str]:
    """Numbers worth a look: those the scenario names, then some of the population's."""
    named = [str(record.get("userMobile") or record["callSorId"]) for record in scenario.records]
    exact = list(scenario.generate.users) if scenario.generate else []
    draws = KeyedRandom(key("sample numbers", scenario.id))
    anybody = scenario.generate is not None and scenario.generate.per_day > 0
    others = (f"180{draws.below(10**8):08d}" for _ in range(count if anybody else 0))
    return list(dict.fromkeys([*exact, *named, *others]))[:count]


def listing(tenants: Tenants, tenant: str, number: str | None, shape: str) -> str:
    """The sessions of a number, or of some: as a `table`, as `json` or as `csv`."""
    if number is None and shape == "table":
        return numbers_table(tenants, tenant)
    numbers = [number] if number else sample_numbers(tenants.files[tenant], SAMPLES)
    sessions = [session for each in numbers for session in sessions_of(tenants, tenant, each)]
    if number and shape == "table" and not sessions:
        return none_of(number)
    return {"table": sessions_table, "json": as_json, "csv": as_csv}[shape](sessions)


def none_of(number: str) -> str:
    """What is said where a number has no sessions."""
    why = "" if is_number(number) else "; only literal records can have a number that is not 1 to 15 digits"
    return f"no sessions of {number}{why}"


def sessions_of(tenants: Tenants, tenant: str, number: str) -> Sequence[CallSession]:
    """A number's sessions now, newest first."""
    return immediate(tenants.select(tenant, Criteria(user=number)))


def numbers_table(tenants: Tenants, tenant: str) -> str:
    """Some numbers with their counts."""
    rows = [
        (number, str(len(sessions_of(tenants, tenant, number))))
        for number in sample_numbers(tenants.files[tenant], SAMPLES)
    ]
    return table(("userMobile", "sessions"), rows) if rows else f"no sessions in {tenant}"


def sessions_table(sessions: Iterable[CallSession]) -> str:
    """One line a session."""
    return table(COLUMNS, [_row(session.record) for session in sessions])


def as_json(sessions: Iterable[CallSession]) -> str:
    """The records as a JSON array, one record a line."""
    lines = ",\n".join(session.encoded.decode() for session in sessions)
    return f"[\n{lines}\n]" if lines else "[]"


def as_csv(sessions: Iterable[CallSession]) -> str:
    """The records as CSV with a head line; nested fields are JSON texts."""
    records = [session.record for session in sessions]
    names = list(dict.fromkeys(name for record in records for name in record))
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(names)
    lines.writerows([_cell(record.get(name)) for name in names] for record in records)
    return text.getvalue().rstrip("\n")


def export(tenants: Tenants, tenant: str, number: str | None, count: int, path: Path) -> int:
    """Write `count` sessions as the literal records of a scenario file; returns how many there were.

    Raises ValueError rather than replace a file.
    """
    if count < 1:
        raise ValueError(f"expected at least one session to export, found {count}")
    if path.exists():
        raise ValueError(f"{path} is there already and is not replaced; choose another file with --to")
    records = list(_progress(islice(_newest(tenants, tenant, number), count), count))
    if not records:
        raise ValueError(f"there are no sessions to export of {number or tenant}")
    scenario = tenants.files[tenant]
    spec = {"id": path.stem, "secret": scenario.tenant.secret, "tokens": list(scenario.tenant.tokens)}
    text = writing.scenario_text(f"{len(records)} sessions of tenant {tenant}, frozen.", spec, records)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return len(records)


def _newest(tenants: Tenants, tenant: str, number: str | None) -> Iterator[Mapping[str, Any]]:
    numbers = [number] if number else sample_numbers(tenants.files[tenant], 10_000)
    for each in numbers:
        for session in sessions_of(tenants, tenant, each):
            record = session.record
            own = {} if session.user == record["callSorId"] else {"userMobile": session.user}
            yield {**own, **record}


def _progress(items: Iterable[Mapping[str, Any]], total: int) -> Iterator[Mapping[str, Any]]:
    shown = time.monotonic() + PATIENCE
    for done, item in enumerate(items, start=1):
        yield item
        if time.monotonic() >= shown:
            bar = "#" * (40 * done // total)
            print(f"\r[{bar:40}] {done:,} of {total:,}", end="", file=sys.stderr, flush=True)
            shown = time.monotonic() + 0.1
    if time.monotonic() > shown:
        print(file=sys.stderr)


def _row(record: Mapping[str, Any]) -> tuple[str, ...]:
    start = datetime.fromtimestamp(record["startTime"] / 1000, UTC)
    end = record.get("endTime")
    turns = record.get("recordDetials") or []
    intentions = dict.fromkeys(turn.get("intention") for turn in turns if turn.get("intention"))
    return (
        f"{start:%Y-%m-%d %H:%M:%S}",
        "going on" if end is None else str((end - record["startTime"]) // 1000),
        str(record.get("dialogType") or "-"),
        str(len(turns)),
        _cut(", ".join(intentions)) or "-",
        str(record["callId"]),
    )


def _cut(text: str) -> str:
    return text if len(text) <= INTENTION else f"{text[: INTENTION - 3]}..."


def _cell(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they need to be."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    lines = (zip(row, widths, strict=True) for row in (head, *rows))
    return "\n".join("  ".join(cell.ljust(width) for cell, width in line).rstrip() for line in lines)
