"""Pages of the documentation: their blocks, their tables, and their scripts run against a server."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from conftest import QUERY, TOKEN
from serving import PATIENCE, REPOSITORY, Served, command, environment, fetch, run

CONTROL, DATA = "http://127.0.0.1:8444", "https://127.0.0.1:8443"
"""Addresses that pages name."""


@dataclass(frozen=True)
class Page:
    """A Markdown file, named from the folder of the checkout."""

    name: str

    @cached_property
    def text(self) -> str:
        """Text of the page."""
        return (REPOSITORY / self.name).read_text()

    @cached_property
    def fences(self) -> list[tuple[str, str]]:
        """Fenced blocks in their order: the words behind the fence, and the text."""
        return re.findall(r"^```([\w ]*)\n(.*?)^```$", self.text, re.M | re.S)

    def blocks(self, language: str) -> list[str]:
        """Find the fenced blocks in a language."""
        return [text.strip() for name, text in self.fences if name == language]

    def rows(self, heading: str) -> list[list[str]]:
        """Find the rows of the table whose first column has this heading; strip backquotes of cells."""
        (table,) = re.findall(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", self.text, re.M)
        return [line.strip("| ").replace("`", "").split(" | ") for line in table.splitlines()]


def here(text: str, server: Served) -> str:
    """Replace the addresses of a page by those of `server`."""
    assert DATA in text or CONTROL in text
    return text.replace(CONTROL, server.control).replace(DATA, server.data)


def printed(script: str, folder: Path) -> str:
    """Run a script in `folder`, with our command on its PATH, and return its output."""
    program = folder / "oifde-simulator"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(command())} "$@"\n')
    program.chmod(0o755)
    done = subprocess.run(
        ["sh", "-ec", script], cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env=environment() | {"PATH": f"{folder}:{environment()['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask(server: Served, path: str, **fields: str) -> dict[str, Any]:
    """Send a request to the vendor's port and return its JSON."""
    _, _, body = fetch(server.data + path, json.dumps(fields).encode(), server.ca_pem())
    answer: dict[str, Any] = json.loads(body)
    return answer


def query(server: Served, tenant: str, **fields: str) -> dict[str, Any]:
    """Query with the specification's token and return the JSON."""
    return ask(server, QUERY, **{"tenantId": tenant, "authToken": TOKEN, **fields})


def scenarios() -> list[dict[str, Any]]:
    """List the bundled scenarios as the command line shows them to machines."""
    listed: list[dict[str, Any]] = json.loads(run("scenarios", "--json").stdout)
    return listed
