"""Write the table of docs/tls.md: `python docs/generate/tls_page.py --write`.

Rule: the table follows from the cases and from recorded outcomes. No client is run; one that was not run is
named as such.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import fill

import fault_outcomes
from fault_outcomes import Recorded
from tls_cases import meanings
from tls_clients import CLIENTS

OUTCOMES = Path(__file__).with_name("tls_outcomes.json")
PAGE = Path(__file__).parents[1] / "tls.md"
BEGIN, END = "<!-- The table, written by docs/generate/tls_page.py. -->\n", "<!-- End of the table. -->\n"
NOT_RUN = "not run"
WIDTH = 119
"""Characters of a line of prose."""


def page() -> str:
    """Write the page with a new table."""
    recorded = fault_outcomes.read(OUTCOMES)
    run = ", ".join(f"{client} {each.version}" for client, each in recorded.items())
    missing = [client for client in CLIENTS if client not in recorded]
    not_run = f" Not run: {', '.join(missing)}." if missing else ""
    lines = [["case", "what the client meets", *CLIENTS], ["---"] * (2 + len(CLIENTS)), *_rows(recorded)]
    table = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    said_by = fill(f"Said by {run}.{not_run}", WIDTH, break_on_hyphens=False)
    return f"{before}{BEGIN}{said_by}\n\n{table}{END}{rest.partition(END)[2]}"


def _rows(recorded: Mapping[str, Recorded]) -> Iterator[list[str]]:
    for case, meaning in meanings().items():
        said = (
            recorded[client].outcomes.get(case, NOT_RUN) if client in recorded else NOT_RUN
            for client in CLIENTS
        )
        yield [case, meaning, *said]


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: tls_page.py --write")
    PAGE.write_text(page())
