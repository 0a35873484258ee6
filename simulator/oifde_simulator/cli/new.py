"""`oifde-simulator new`: write a scenario to begin with, and the schema that editors complete it by."""

from __future__ import annotations

import argparse
import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oifde_simulator import resources
from oifde_simulator.cli.exit_codes import OK
from oifde_simulator.cli.shell import shell_word
from oifde_simulator.scenario.files.finding import SCHEMA_COPY
from oifde_simulator.text import printable

SCHEMA = "scenario.schema.json"
"""Name of the shipped schema."""

TEMPLATE = """\
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
  # generate: {{}}  # a history for every other number, of a few calls or none
  users: {{"18000000001": 40}}  # numbers with exactly so many sessions

# A key that begins with x- is ignored: x-down: &down {{status: 503}} is used as respond: *down.

# The first rule that is about a request, and whose turn it is, decides what goes wrong.
rules:
  - name: first-two-fail
    match: {{endpoint: queryRecordHistory}}  # also: request, headers, response
    per: [userMobile]                      # the counts are those of each user
    times: 2                               # also: after, every, probability, window, over, state
    respond: {{status: 503}}                 # also: patch, rows, recording, token, faults, headers, one_of
"""
"""Text of a new scenario; `schema`, `file` and `stem` are filled in."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `new`."""
    parser.add_argument("name", metavar="NAME", help="the tenant's id; the file is NAME.yaml")


def execute(options: argparse.Namespace) -> int:
    """Write the scenario and, where editors need it, the schema; return the exit code."""
    require_no_foreign_schema(_scenario_path(options.name))
    path = write_scenario(options.name)
    if schema := write_schema_beside(path):
        print(f"{schema}: written; the first line of {path} leads editors to it, so keep them together")
    print(f"{path}: written; oifde-simulator serve --scenarios {shell_word(path)} --watch")
    return OK


def write_scenario(name: str) -> Path:
    """Write a scenario to begin with and return its file.

    Raises ValueError for a name that cannot be a tenant's, and rather than replace a file.
    """
    path = _scenario_path(name)
    text = TEMPLATE.format(schema=_schema_reference(path), file=shlex.quote(path.name), stem=path.stem)
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


def _scenario_path(name: str) -> Path:
    from oifde_simulator.scenario.lint.tenant import tenant_id_error

    path = Path(name)
    if not path.name:
        raise ValueError(f'expected a name such as acme, found "{name}"')
    if path.suffix.lower() not in (".yaml", ".yml"):
        path = path.with_name(f"{path.name}.yaml")
    if complaint := tenant_id_error(path.stem):
        raise ValueError(f"{printable(path)}: {complaint}")
    return path


def _schema_reference(file: Path) -> str:
    """Write the path from `file` to the schema if both move together, else the name of a copy beside it."""
    schema = (resources.schemas() / SCHEMA).resolve()
    folder = file.resolve().parent
    if schema.parents[1] in (folder, *folder.parents):
        return Path(os.path.relpath(schema, folder)).as_posix()
    return SCHEMA_COPY


def write_schema_beside(file: Path) -> Path | None:
    """Write or renew the schema's copy beside a new scenario that refers to it, and return its path.

    Returns None if the scenario refers to the schema itself. Raises ValueError if the copy cannot be written.
    """
    require_no_foreign_schema(file)
    if _schema_reference(file) != SCHEMA_COPY:
        return None
    from oifde_simulator.scenario import schema

    path = file.with_name(SCHEMA_COPY)
    contract = resources.read_json("openapi.json")
    text = json.dumps(_inline(schema.document(), contract), indent=1)
    try:
        path.unlink(missing_ok=True)
        with path.open("x", encoding="utf-8") as copy:
            copy.write(text + "\n")
    except OSError as error:
        raise ValueError(
            f"{path}: cannot be written: {error.strerror}; editors miss it, all else works"
        ) from None
    return path


def require_no_foreign_schema(file: Path) -> None:
    """Check that the name of the schema's copy beside `file` is free, or has an earlier copy.

    Raises ValueError rather than replace a file of the user's, or follow a link.
    """
    path = file.with_name(SCHEMA_COPY)
    if _schema_reference(file) != SCHEMA_COPY or not os.path.lexists(path):
        return
    if path.is_symlink() or not path.is_file() or not _is_earlier_copy(path):
        raise ValueError(
            f"{printable(path)} is there already, is no earlier copy of the schema and is not replaced; "
            "move it, or choose another folder"
        )


def _is_earlier_copy(path: Path) -> bool:
    try:
        schema = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(schema, dict) and schema.get("$id") == resources.read_json(SCHEMA)["$id"]


def _inline(schema: Any, contract: Mapping[str, Any]) -> Any:
    """Replace references to the contract by the schemas they name, since editors are given one file."""
    if isinstance(schema, list):
        return [_inline(item, contract) for item in schema]
    if not isinstance(schema, dict):
        return schema
    document, _, pointer = str(schema.get("$ref", "")).partition("#/")
    inlined = {key: _inline(value, contract) for key, value in schema.items()}
    if document != "openapi.json":
        return inlined
    del inlined["$ref"]
    target: Any = contract
    for step in pointer.split("/"):
        target = target[step]
    return _inline(target, contract) | inlined
