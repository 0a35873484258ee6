"""Rules that count, in the store: what they are, and how often each has fired.

Rule: which rules count is computed here, by the table that the form in memory has, and written where nobody
else has written meanwhile; `coverage.lua` counts what fires.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from oifde_simulator.model.coverage import CoverageSnapshot, CoveredRule
from oifde_simulator.model.turn import Fired
from oifde_simulator.state.coverage_table import CountedScenario, CoverageTable
from oifde_simulator.state.valkey.scripts import script
from oifde_simulator.state.valkey.store import Argument, Store

CALLS = script("common", "coverage/coverage", "coverage/coverage_calls")


class Found(NamedTuple):
    """A scenario as it was read, and what is counted in all."""

    record: bytes
    """Empty where the scenario does not count."""
    scenarios: int
    rules: int
    truncated: bool


class ValkeyCoverage:
    """Rules that count."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def cover(self, scenario: str, rules: Sequence[CoveredRule], *, file: bool, asked: bool) -> None:
        """Count these rules of a scenario from now on."""
        while True:
            found = Found(*await self._run("read", _name(scenario)))
            table = CoverageTable(found.rules, truncated=bool(found.truncated))
            known = _known(scenario, found.record)
            if known is not None:
                table.scenarios[scenario] = known
            labels = {*known.labels} if known else set()
            table.cover(scenario, rules, file=file, asked=asked)
            if await self._write(scenario, found, table, labels):
                return

    async def _write(
        self, scenario: str, found: Found, table: CoverageTable, labels: set[tuple[str, str, str]]
    ) -> bool:
        """Write what a scenario has become; False where it, or the number of rules, is no longer as read."""
        known = table.scenarios.get(scenario)
        place = _place(found.record) if found.record else found.scenarios
        record = b"" if known is None else _dumped([place, *known.values()])
        if record == found.record and table.truncated == bool(found.truncated):
            return True
        lookups: list[Argument] = []
        for name, definition, label in known.labels if known else ():
            if known and (name, definition, label) not in labels:
                lookups += [
                    _dumped([scenario, name, definition]),
                    b"%d %b" % (len(known.rules[label].branches), _dumped([scenario, label])),
                ]
        words = (found.record, found.rules, record, table.rules, int(table.truncated))
        return bool(await self._run("write", _name(scenario), *words, *lookups))

    async def snapshot(self) -> CoverageSnapshot:
        """Copy what was counted."""
        records, fired, truncated = await self._run("all")
        counts = {name: int(count) for name, count in zip(fired[::2], fired[1::2], strict=True)}
        scenarios = sorted(
            (_place(record), json.loads(name), record)
            for name, record in zip(records[::2], records[1::2], strict=True)
        )
        found = [known for _, name, record in scenarios if (known := _known(name, record))]
        for known in found:
            _count(known, counts)
        return CoverageSnapshot(tuple(known.copied() for known in found), bool(truncated))

    async def _run(self, call: str, *words: Argument) -> Any:
        return await self._store.run(CALLS, "", call, *words)


def fired_words(fired: Fired) -> tuple[bytes, int, list[bytes]]:
    """What `coverage_fire` of the script takes: the rule as it was written, its outcome, and its faults."""
    faults = [_dumped(name) for name in dict.fromkeys(fired.faults)]
    return _dumped([fired.scenario, fired.rule, fired.definition]), fired.outcome, faults


def _count(known: CountedScenario, counts: dict[bytes, int]) -> None:
    """Give a scenario what was counted."""
    for label, rule in known.rules.items():
        for place, branch in enumerate(rule.branches):
            field = b"%d %b" % (place, _dumped([known.id, label]))
            branch.fired = counts.get(field, 0)
            spoiled = {name: counts.get(b"%b %b" % (field, _dumped(name)), 0) for name in branch.faults}
            branch.spoiled.update({name: count for name, count in spoiled.items() if count})


def _known(scenario: str, record: bytes) -> CountedScenario | None:
    return CountedScenario.of(scenario, json.loads(record)[1:]) if record else None


def _place(record: bytes) -> int:
    return int(json.loads(record)[0])


def _name(scenario: str) -> bytes:
    return _dumped(scenario)


def _dumped(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
