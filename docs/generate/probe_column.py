"""Write the column `probe` of docs/fidelity.md: `python docs/generate/probe_column.py --write`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from oifde_simulator.drift.probes import in_order
from oifde_simulator.drift.registry import NOT_PROBED

PAGE = Path(__file__).parents[1] / "fidelity.md"
SECTIONS = ("Inferred", "Guessed")
CELL = " | "


def cells() -> dict[str, str]:
    """Map each key to what its row says: how it is probed, or why not."""
    return {probe.key: probe.how for probe in in_order()} | {
        key: f"none: {reason}" for key, reason in NOT_PROBED.items()
    }


def rows(text: str) -> list[str]:
    """List the keys of the rows that a probe may be about."""
    lines = (line for section, line in _lines(text) if section in SECTIONS)
    return [key for line in lines if (key := _key(line))]


def written(text: str) -> str:
    """Write the page with the column."""
    known, columns, lines = cells(), 0, []
    for section, line in _lines(text):
        if section in SECTIONS and line.startswith("| key |"):
            line = line if line.endswith("| probe |") else f"{line} probe |"
            columns = line.count(CELL) + 1
        elif section in SECTIONS and line.startswith("|---"):
            line = "|---" * columns + "|"
        elif section in SECTIONS and (key := _key(line)):
            kept = line.strip("| ").split(CELL)[: columns - 1]
            line = f"| {CELL.join([*kept, known.get(key, 'none')])} |"
        lines.append(line)
    return "\n".join(lines)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield each line with the section of the second level that it is in."""
    section = ""
    for line in text.split("\n"):
        section = line.removeprefix("## ") if line.startswith("## ") else section
        yield section, line


def _key(line: str) -> str:
    found = re.match(r"\| `([a-z-]+)` \|", line)
    return found[1] if found else ""


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        raise SystemExit(__doc__)
    PAGE.write_text(written(PAGE.read_text()))
