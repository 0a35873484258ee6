"""A tenant's sessions as a table, as JSON or as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from oifde_simulator.immediate import immediate
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.population.completion import found_by
from oifde_simulator.population.ids import is_number
from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants import Tenants

SAMPLES = 12
"""Numbers in a listing without a number."""
COLUMNS = ("startTime (UTC)", "seconds", "dialogType", "turns", "intention", "callId")
INTENTION_LIMIT = 40
"""Longest cell of intentions in characters."""


def sample_numbers(scenario: Scenario, count: int) -> list[str]:
    """List numbers with sessions: first those of the scenario, then some of the population."""
    named = [number for record in scenario.records for number in found_by(record)]
    exact = list(scenario.generate.users) if scenario.generate else []
    draws = KeyedRandom(key("sample numbers", scenario.id))
    anybody = scenario.generate is not None and scenario.generate.anybody
    others = (f"180{draws.below(10**8):08d}" for _ in range(count if anybody else 0))
    return list(dict.fromkeys([*exact, *named, *others]))[:count]


def format_sessions(tenants: Tenants, tenant: str, number: str | None, shape: str) -> str:
    """Write the sessions of a number, or of sample numbers, as a `table`, as `json` or as `csv`."""
    if number is None and shape == "table":
        return numbers_table(tenants, tenant)
    numbers = [number] if number else sample_numbers(tenants.files[tenant], SAMPLES)
    sessions = [session for each in numbers for session in sessions_of(tenants, tenant, each)]
    if number and shape == "table" and not sessions:
        return no_sessions(number)
    return {"table": sessions_table, "json": sessions_json, "csv": sessions_csv}[shape](sessions)


def no_sessions(number: str) -> str:
    """Write that a number has no sessions, and why if it can have none."""
    why = "" if is_number(number) else "; only literal records can have a number that is not 1 to 15 digits"
    return f"no sessions of {number}{why}"


def sessions_of(tenants: Tenants, tenant: str, number: str) -> Sequence[CallSession]:
    """Select the sessions that a number has now, newest first."""
    return immediate(tenants.select(tenant, Criteria(user=number)))


def numbers_table(tenants: Tenants, tenant: str) -> str:
    """Write sample numbers with their counts of sessions."""
    rows = [
        (number, str(len(sessions_of(tenants, tenant, number))))
        for number in sample_numbers(tenants.files[tenant], SAMPLES)
    ]
    return table(("userMobile", "sessions"), rows) if rows else f"no sessions in {tenant}"


def sessions_table(sessions: Iterable[CallSession]) -> str:
    """Write a line for each session."""
    return table(COLUMNS, [_row(session.record) for session in sessions])


def sessions_json(sessions: Iterable[CallSession]) -> str:
    """Write the records as a JSON array, one record a line."""
    lines = ",\n".join(session.encoded.decode() for session in sessions)
    return f"[\n{lines}\n]" if lines else "[]"


def sessions_csv(sessions: Iterable[CallSession]) -> str:
    """Write the records as CSV with a header line; nested fields are JSON."""
    records = [session.record for session in sessions]
    names = list(dict.fromkeys(name for record in records for name in record))
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(names)
    lines.writerows([_cell(record.get(name)) for name in names] for record in records)
    return text.getvalue().rstrip("\n")


def _row(record: Mapping[str, Any]) -> tuple[str, ...]:
    begun = record.get("startTime")  # a record that is sent as it stands may lack any member
    end = record.get("endTime")
    turns = [turn for turn in record.get("recordDetials") or [] if isinstance(turn, dict)]
    intentions = dict.fromkeys(str(turn["intention"]) for turn in turns if turn.get("intention"))
    return (
        "-" if begun is None else f"{datetime.fromtimestamp(begun / 1000, UTC):%Y-%m-%d %H:%M:%S}",
        _seconds(begun, end),
        str(record.get("dialogType") or "-"),
        str(len(turns)),
        _cut(", ".join(intentions)) or "-",
        str(record.get("callId") or "-"),
    )


def _seconds(begun: object, end: object) -> str:
    if isinstance(begun, int) and isinstance(end, int):
        return str((end - begun) // 1000)
    return "going on" if end is None else "-"


def _cut(text: str) -> str:
    return text if len(text) <= INTENTION_LIMIT else f"{text[: INTENTION_LIMIT - 3]}..."


def _cell(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align rows of cells under a header."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    lines = (zip(row, widths, strict=True) for row in (head, *rows))
    return "\n".join("  ".join(cell.ljust(width) for cell, width in line).rstrip() for line in lines)
