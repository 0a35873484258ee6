"""Choosing a scenario: the list of those there are, and the file to begin one of your own with."""

from __future__ import annotations

import json
import os
import shlex
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oifde_simulator import resources
from oifde_simulator.scenario import loader, schema
from oifde_simulator.scenario.lint.tenant import tenant_id_error
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.text import printable

WIDTH = 100

COPY = "oifde-scenario.schema.json"
"""The schema beside a new scenario that is not where the schema is."""

BEGINNING = """\
# yaml-language-server: $schema={schema}
# One tenant's world. With the line above, an editor completes every key and underlines mistakes.
#
#   oifde-simulator check {file}                      what is wrong with it, if anything
#   oifde-simulator serve --scenarios {file} --watch  serves it, and follows your edits
#
# A client meets it by naming the tenant {stem}.
description: >
  The first two queries of each user are answered with 503. A good client asks again, a little later
  each time, and shows the 40 sessions of 18000000001 as if nothing had been.

tenant:
  secret: secret                                # the appSecret that gettoken expects
  tokens: ["0dbe11892be840cf983453ea70b505de"]  # accepted beside those that gettoken issues

sessions:
  # generate: {{}}  # takes every default, and gives every number a history
  users: {{"18000000001": 40}}  # numbers with exactly so many sessions

# The first rule that is about a request, and whose turn it is, decides what goes wrong.
rules:
  - name: first-two-fail
    match: {{endpoint: queryRecordHistory}}  # also: request, headers, response
    per: [userMobile]                      # the counts are those of each user
    times: 2                               # also: after, every, probability, window, over, state
    respond: {{status: 503}}                 # also: patch, rows, token, faults, one_of
"""


def listing(scenarios: Mapping[str, Scenario]) -> str:
    """Each scenario with what it is, in a sentence."""
    width = max(map(len, scenarios), default=0)
    return "\n".join(
        textwrap.fill(
            scenario.summary,
            max(WIDTH, width + 42),
            initial_indent=f"{name:{width}}  ",
            subsequent_indent=" " * (width + 2),
        )
        for name, scenario in scenarios.items()
    )


def as_json(scenarios: Mapping[str, Scenario]) -> list[dict[str, Any]]:
    """The same for machines, with the whole descriptions."""
    return [
        {
            "id": name,
            "summary": scenario.summary,
            "description": scenario.description,
            "file": scenario.origin,
            "records": len(scenario.records),
            "rules": [rule.name for rule in scenario.rules],
        }
        for name, scenario in scenarios.items()
    ]


def begin(name: str) -> Path:
    """Write a scenario to begin with; returns its file. Raises ValueError rather than replace one."""
    path = Path(name)
    if not path.name:
        raise ValueError(f'expected a name such as acme, found "{name}"')
    if path.suffix not in loader.SUFFIXES:
        path = path.with_name(f"{path.name}.yaml")
    if complaint := tenant_id_error(path.stem):
        raise ValueError(f"{printable(path)}: {complaint}")
    text = BEGINNING.format(schema=_schema(path), file=shlex.quote(path.name), stem=path.stem)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ValueError(f"{path} is there already and is not replaced; choose another name") from None
    except OSError as error:
        raise ValueError(
            f"{printable(path)}: cannot be written: {error.strerror}; expected a folder that is there"
        ) from None
    return path


def _schema(file: Path) -> str:
    """Where an editor finds the schema from `file`: where both move together, else a copy beside the file."""
    schema = (resources.schemas() / "scenario.schema.json").resolve()
    folder = file.resolve().parent
    if schema.parents[1] in (folder, *folder.parents):
        return Path(os.path.relpath(schema, folder)).as_posix()
    return COPY


def schema_beside(file: Path) -> Path | None:
    """Write the schema beside a new scenario that looks for it there, or renew it; None where none does.

    Raises ValueError where it cannot be written.
    """
    if _schema(file) != COPY:
        return None
    path = file.with_name(COPY)
    contract = resources.read_json("openapi.json")
    text = json.dumps(_whole(schema.document(), contract), indent=1)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ValueError(
            f"{path}: cannot be written: {error.strerror}; editors miss it, all else works"
        ) from None
    return path


def _whole(schema: Any, contract: Mapping[str, Any]) -> Any:
    """The schema with what it takes from the contract in its place: editors are given one file."""
    if isinstance(schema, list):
        return [_whole(item, contract) for item in schema]
    if not isinstance(schema, dict):
        return schema
    there, _, pointer = str(schema.get("$ref", "")).partition("#/")
    inside = {key: _whole(value, contract) for key, value in schema.items()}
    if there != "openapi.json":
        return inside
    del inside["$ref"]
    found: Any = contract
    for step in pointer.split("/"):
        found = found[step]
    return _whole(found, contract) | inside
