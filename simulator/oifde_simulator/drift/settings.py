"""Turn findings into the settings with which the simulator behaves like the target.

Rule: `PLACES` is the only place that knows which setting answers a fact. A setting that this version does not
have is written as a comment, so the file is always one that `check` accepts.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from oifde_simulator.drift.judgement import Finding
from oifde_simulator.scenario import loader, writer
from oifde_simulator.scenario.errors import ScenarioErrors

MARK = "# Written by oifde-simulator drift; a later run replaces this file."
"""First line of every file of settings; no other file is replaced."""

OWN_TENANT = ""
"""Value of a fact that stands for the tenant of the file."""

PLACES: Mapping[str, tuple[str, str]] = {
    "time_zone": ("settings", "time_zone"),
    "error_status": ("settings", "error_status"),
    "numbers": ("settings", "numbers"),
    "unknown_fields": ("settings", "unknown_fields"),
    "past_end": ("settings", "past_end"),
    "order": ("settings", "order"),
    "time_bounds": ("settings", "time_bounds"),
    "selectors": ("settings", "selectors"),
    "empty_fields": ("settings", "empty_fields"),
    "reversed_times": ("settings", "reversed_times"),
    "long_ids": ("settings", "long_ids"),
    "page_numbers": ("settings", "page_numbers"),
    "error_body": ("settings", "error_body"),
    "error_message": ("settings", "error_message"),
    "check_order": ("settings", "check_order"),
    "response_headers": ("settings", "response_headers"),
    "codes": ("settings", "codes"),
    "single_token": ("tenant", "single_token"),
    "token_lifetime": ("tenant", "token_lifetime"),
    "lock_after": ("tenant", "lock_after"),
    "bad_json_status": ("serve", "--bad-json-status"),
    "byte_order_mark": ("serve", "--byte-order-mark"),
    "charset": ("serve", "--charset"),
    "repeated_slashes": ("serve", "--repeated-slashes"),
    "trailing_slash": ("serve", "--trailing-slash"),
    "recordings_tenant": ("serve", "--recordings-tenant"),
}
"""Group and key of the setting for each fact; the group `serve` has options of the command."""


def settings_text(findings: Sequence[Finding], path: Path = Path("real.yaml")) -> str:
    """Write a scenario whose settings are those of the target, for a file of this name."""
    document, unsettled = _document(_facts(findings))
    command = serve_command(findings, Path(path.name))
    lines = [MARK, f"# Serve it: {command}", *(f"# {line}" for line in unsettled)]
    return "\n".join(lines) + "\n" + writer.document_text(document)


def _facts(findings: Iterable[Finding]) -> dict[str, Any]:
    """Join the facts of all findings; mappings under one name are joined too."""
    facts: dict[str, Any] = {}
    for finding in findings:
        for name, value in finding.judgement.facts.items():
            before = facts.get(name)
            facts[name] = before | value if isinstance(before, dict) and isinstance(value, dict) else value
    return facts


def serve_command(findings: Iterable[Finding], path: Path) -> str:
    """Write the command that serves a file of settings as the target does.

    Its tenant lends its settings to requests in which no tenant is known, too.
    """
    tenant = path.stem
    words = ["oifde-simulator", "serve", "--scenarios", str(path), "--settings-from", tenant]
    for name, value in _facts(findings).items():
        group, option = PLACES[name]
        if group == "serve":
            words += [option, tenant if value == OWN_TENANT else str(value)]
    return shlex.join(words)


def _document(facts: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Collect the settings that this version has, and a line for each that it lacks."""
    document: dict[str, Any] = {"description": "Settings of a real service, as drift has found them."}
    unsettled = []
    for name, value in facts.items():
        group, key = PLACES[name]
        if group == "serve":
            continue
        if _is_known(group, key, value):
            document.setdefault(group, {})[key] = value
        else:
            unsettled.append(f"no setting of this version: {group}.{key}: {json.dumps(value)}")
    return document, unsettled


def _is_known(group: str, key: str, value: Any) -> bool:
    """Check that a scenario may have this value under this key."""
    try:
        loader.from_json({group: {key: value}}, "settings", "settings")
    except ScenarioErrors:
        return False
    return True
