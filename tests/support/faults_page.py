"""Writes the table of docs/faults.md from the faults there are and from what clients say of them.

Rule: nothing in it is written by hand. `python tests/support/faults_page.py --write` serves every fault on a
real port, plain HTTP, and has every client of `fault_clients` meet it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[1]))

from conftest import QUERY, TOKEN
from fault_clients import CASE, CLIENTS, Ask, versions
from oifde_simulator import faults, resources
from oifde_simulator.faults import FAULTS
from serving import fetch, running

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
SCHEMA = resources.schemas() / "scenario.schema.json"
USER = "18000000001"

PLAYED: Mapping[str, Sequence[Any]] = {
    "latency": ["200ms", "2s", {"fixed": "2s", "at": "body"}],
    "dribble": [{"chunks": 5, "over": "2s"}],
    "bandwidth": [600],
    "hang": ["2s", {"limit": "2s", "at": "body"}],
    "slow-close": ["2s"],
    "content-length": [10, -5],
    "content-type": ["text/html", "application/json; charset=UTF-16"],
    "informational": [103, 100],
}
"""The values that a fault is met with; its first example where none stands here."""

SCENARIO = """\
tenant: {{id: faults, tokens: ["{token}"]}}
clock: "2026-01-01T00:00:00Z"
sessions:
  records:
    - callSorId: "{user}"
      calledNumber: "955500001"
      startTime: 1767225600000
      callId: c1
      recordDetials: [{{interNo: "1", userSaying: "查询话费", systemReply: "您本月的话费是100元。"}}]
rules: {rules}
"""


def written(called: str, value: Any) -> str:
    """An item of `faults`, as a scenario has it; also the name of its case."""
    return called if value is None else f"{called}: {_yaml(value)}"


def _yaml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_yaml(each)}" for key, each in value.items()) + "}"
    return f'"{value}"' if ": " in str(value) or "; " in str(value) else str(value)


def cases() -> dict[str, list[Any]]:
    """For each fault, the values it is met with."""
    return {name: list(PLAYED.get(name, fault.settings["examples"][:1])) for name, fault in FAULTS.items()}


def items() -> dict[str, Any]:
    """All cases, and the item of `faults` that each is."""
    return {
        written(name, value): name if value is None else {name: value}
        for name, values in cases().items()
        for value in values
    }


@contextmanager
def asking() -> Iterator[Ask]:
    """A server with one tenant, which has a rule for each case."""
    rules = [{"match": {"headers": {CASE: case}}, "faults": [item]} for case, item in items().items()]
    body = json.dumps({"tenantId": "faults", "authToken": TOKEN, "userMobile": USER}).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "faults.yaml"
        path.write_text(SCENARIO.format(token=TOKEN, user=USER, rules=json.dumps(rules)))
        with running(scenarios=(path,), no_bundled=True) as simulator:
            url = simulator.data_url + QUERY
            yield Ask(url, body, fetch(url, body)[2], list(items()))


# The page

BEGIN, END = "<!-- The table: faults_page.py writes it. -->\n", "<!-- Its end. -->\n"
HEAD = ("fault", "settings", "what the bytes look like", "met as")
"""The columns before those of the clients."""
MET = "Met by "
"""How the line with the clients' versions begins."""


def page(seen: Mapping[str, Mapping[str, str]], met_by: str) -> str:
    """The page with a fresh table: what clients say, by client and case."""
    lines = [[*HEAD, *seen], ["---"] * len([*HEAD, *seen]), *rows(seen)]
    table = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    return f"{before}{BEGIN}{MET}{met_by}.\n\n{table}{END}{rest.partition(END)[2]}"


def rows(seen: Mapping[str, Mapping[str, str]]) -> Iterator[list[str]]:
    """A row for each case; the fault is told in the first of its rows."""
    for name, values in cases().items():
        told = [f"`{name}`", settings(FAULTS[name].settings), FAULTS[name].settings["description"]]
        for value in values:
            case = written(name, value)
            yield [*told, f"`{case}`", *(by_case.get(case, "?") for by_case in seen.values())]
            told = ["", "", ""]


def settings(declared: Mapping[str, Any]) -> str:
    """The settings of a fault, with their defaults."""
    main = declared.get("x-main")
    return (
        "<br>".join(_setting(name, about, name == main) for name, about in declared["properties"].items())
        or "none"
    )


def _setting(name: str, about: Mapping[str, Any], main: bool) -> str:
    inner = ", ".join(about.get("properties", ()))
    text = f"`{name}: {{{inner}}}`" if inner else f"`{name}`"
    if "enum" in about:
        text += " " + " or ".join(about["enum"])
    elif "default" in about:
        text += f" {about['default']}"
    return f"**{text}**" if main else text


def schema() -> dict[str, Any]:
    """The schema of scenarios, with the faults there are."""
    document: dict[str, Any] = json.loads(SCHEMA.read_bytes())
    document["$defs"]["fault"] = faults.schema()
    return document


def met_by() -> str:
    """The clients and their versions, in a line."""
    return ", ".join(f"{name} {number}" for name, number in versions().items())


def told() -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """What the page says: of each client, what it sees by case, and its version."""
    met, _, *table = PAGE.read_text().partition(BEGIN)[2].partition(END)[0].splitlines()
    head, _, *lines = ([cell.strip() for cell in line[1:-1].split("|")] for line in table)
    clients = {name: place for place, name in enumerate(head) if place >= len(HEAD)}
    seen = {name: {line[3].strip("`"): line[place] for line in lines} for name, place in clients.items()}
    return seen, dict(each.rsplit(" ", 1) for each in met.removeprefix(MET).removesuffix(".").split(", "))


def main(arguments: Sequence[str]) -> None:
    """Run all clients and write the page."""
    if list(arguments) != ["--write"]:
        sys.exit("usage: faults_page.py --write")
    if missing := [name for name, number in versions().items() if not number]:
        sys.exit(f"expected all clients to be installed, found no {', '.join(missing)}")
    with asking() as ask, ThreadPoolExecutor(len(CLIENTS)) as threads:
        seen = dict(zip(CLIENTS, threads.map(lambda meet: meet(ask), CLIENTS.values()), strict=True))
    PAGE.write_text(page(seen, met_by()))
    SCHEMA.write_text(json.dumps(schema(), indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
