"""Write the table of docs/faults.md: `python docs/generate/faults_page.py --write`.

Rule: the table follows from the faults that are built in and from recorded outcomes. No client is run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fault_cases import cases
from fault_outcomes import Recorded, read
from oifde_simulator.faults import builtin_faults

PAGE = Path(__file__).parents[1] / "faults.md"
BEGIN, END = "<!-- The table, written by docs/generate/faults_page.py. -->\n", "<!-- End of the table. -->\n"
HEAD = ("fault", "settings", "what the bytes look like", "met as")
"""Columns before those of the clients."""


def page() -> str:
    """Write the page with a new table."""
    recorded = read()
    met_by = ", ".join(f"{client} {each.version}" for client, each in recorded.items())
    lines = [[*HEAD, *recorded], ["---"] * len([*HEAD, *recorded]), *_rows(recorded)]
    table = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    return f"{before}{BEGIN}Met by {met_by}.\n\n{table}{END}{rest.partition(END)[2]}"


def _rows(recorded: Mapping[str, Recorded]) -> Iterator[list[str]]:
    """Write a row for each case; the first row of a fault describes it."""
    for name, of_fault in cases().items():
        schema = builtin_faults()[name].fault_schema
        about = [f"`{name}`", settings(schema), schema["description"]]
        for case in of_fault:
            outcomes = (each.outcomes.get(case, "not recorded") for each in recorded.values())
            yield [*about, f"`{case}`", *outcomes]
            about = ["", "", ""]


def settings(schema: Mapping[str, Any]) -> str:
    """List the settings of a fault, with their defaults; those that a value alone sets are in bold."""
    main = (schema.get("x-main"), schema.get("x-share"))
    lines = (_setting(name, about, name in main) for name, about in schema["properties"].items())
    return "<br>".join(lines) or "none"


def _setting(name: str, about: Mapping[str, Any], main: bool) -> str:
    members = ", ".join(about.get("properties", ()))
    text = f"`{name}: {{{members}}}`" if members else f"`{name}`"
    if "enum" in about:
        text += " " + " or ".join(about["enum"])
    elif "default" in about:
        text += f" {about['default']}"
    return f"**{text}**" if main else text


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: faults_page.py --write")
    PAGE.write_text(page())
