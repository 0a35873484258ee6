"""Builds a scenario from the values of a file, which have been checked and hold no mistake.

A key that is not in the file is not set here, so that the default of its dataclass applies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from oifde_simulator.clock import InitialClock
from oifde_simulator.instants import instant, time_zone
from oifde_simulator.model.problem_kinds import DEFAULT_CODES
from oifde_simulator.oifde.policy.time_bounds import TimeBounds
from oifde_simulator.quantities import milliseconds, share, whole_seconds
from oifde_simulator.scenario.files import answer_files
from oifde_simulator.scenario.files.answer_files import NO_FILES, AnswerFiles
from oifde_simulator.scenario.model import GenerateSpec, RecordingsSpec, Scenario, SettingsSpec, TenantSpec
from oifde_simulator.text import normal

if TYPE_CHECKING:
    from oifde_simulator.rules.rule import Rule

Readers = Mapping[str, Callable[[Any], Any]]
"""Functions that read the values of some keys, by key."""


def build(value: Mapping[str, Any], origin: str, stem: str, files: AnswerFiles = NO_FILES) -> Scenario:
    """Build the scenario that `value` describes; `stem` is the tenant's id where the file has none.

    `files` are those that its answers name.
    """
    value = answer_files.resolved(value, files)
    sessions = value.get("sessions", {})
    given = {
        name: value[name] for name in ("description", "settings", "clock", "recordings") if name in value
    }
    read = _read(given, SCENARIO)
    if "rules" in value:
        read["rules"] = _rules(value["rules"], read.get("settings", SettingsSpec()).time_zone)
    return Scenario(
        origin=origin,
        tenant=TenantSpec(**{"id": stem, **_read(value.get("tenant", {}), TENANT), **_tokens(value)}),
        records=tuple(sessions.get("records", ())),
        generate=_generate(sessions),
        answer_files=files.stamps,
        **{name: sessions[name] for name in ("derive",) if name in sessions},
        **read,
    )


def _read(given: Mapping[str, Any], readers: Readers) -> dict[str, Any]:
    return {name: readers[name](each) if name in readers else each for name, each in given.items()}


def _tokens(value: Mapping[str, Any]) -> dict[str, Any]:
    given = value.get("tenant", {})
    if given.get("tokens") == "any":
        return {"tokens": (), "any_token": True}
    return {"tokens": tuple(given["tokens"])} if "tokens" in given else {}


def _lifetime(given: float | str) -> int:
    return whole_seconds(given) if isinstance(given, str) else int(given)


def _settings(given: Mapping[str, Any]) -> SettingsSpec:
    named = {"time_zone_name": given["time_zone"]} if "time_zone" in given else {}
    return SettingsSpec(**_read(given, SETTINGS), **named)


def _statuses(given: Any) -> int | dict[str, int | dict[str, int]]:
    if isinstance(given, Mapping):
        return {name: _statuses(each) for name, each in given.items()}  # type: ignore[misc]
    return int(given)


def _codes(given: Mapping[str, Any]) -> dict[str, int]:
    """Keep the codes that differ from the defaults, so that a default that is written out changes nothing."""
    return {kind: int(code) for kind, code in given.items() if code != DEFAULT_CODES.get(kind)}


def _headers(given: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in given.items()}


def _recordings(given: Mapping[str, Any]) -> RecordingsSpec:
    return RecordingsSpec(**_read(given, {"late": milliseconds}))


def _clock(given: str | Mapping[str, Any]) -> InitialClock:
    if isinstance(given, str):
        return InitialClock() if given == "now" else InitialClock(instant(given))
    return InitialClock(**_read(given, {"start": instant}))


def _generate(sessions: Mapping[str, Any]) -> GenerateSpec | None:
    how = sessions.get("generate", False)
    users = {"users": sessions["users"]} if sessions.get("users") else {}
    if how is False:
        return GenerateSpec(per_day=0.0, **users) if users else None
    return GenerateSpec(**_read(how, GENERATE), **users)


def _oddities(given: Mapping[str, Any]) -> dict[str, float]:
    return {name: share(rate) for name, rate in given.items()}


def _rules(given: Sequence[Mapping[str, Any]], zone: tzinfo) -> tuple[Rule, ...]:
    from oifde_simulator.scenario import rule_builder  # slow to import, and only wanted where there are rules

    return rule_builder.rules(given, zone)


TENANT: Readers = {"id": normal, "token_lifetime": _lifetime}
SETTINGS: Readers = {
    "time_zone": time_zone,
    "error_status": _statuses,
    "codes": _codes,
    "response_headers": _headers,
    "time_bounds": lambda given: TimeBounds(**given),
}
GENERATE: Readers = {"seed": str, "time_zone": time_zone, "oddities": _oddities}
SCENARIO: Readers = {
    "description": str.strip,
    "settings": _settings,
    "clock": _clock,
    "recordings": _recordings,
}
