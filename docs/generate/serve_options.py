"""Write the options of docs/serve.md: `python docs/generate/serve_options.py --write`.

Rule: options, defaults and meanings are those of `Settings`. An option that opens no group belongs to the one
before it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from oifde_simulator.config import Settings
from oifde_simulator.config.reading import environment_name, flag_name

PAGE = Path(__file__).parents[1] / "serve.md"
BEGIN = "<!-- The options, written by docs/generate/serve_options.py. -->\n"
END = "<!-- End of the options. -->\n"
GROUPS = {
    "scenarios": "What is served",
    "tenant": "Tenants and credentials",
    "host": "The vendor's port",
    "tls": "TLS",
    "control_host": "The control plane",
    "workers": "Processes and seed",
    "max_body": "How requests are read",
    "idle_timeout": "Bounds",
    "journal_exchanges": "The journal",
    "ready_file": "Start and end",
    "state": "Where the state is",
    "log_level": "The log",
}
"""Headings, by the option that comes first below each."""
TITLES = {"tls.md": "TLS", "scaling.md": "scaling"}
"""Titles of pages that meanings name by their file."""
HEAD = "| option | default | meaning |\n|---|---|---|\n"


def page() -> str:
    """Write the page with new options."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    return f"{before}{BEGIN}{''.join(_options())}\n{END}{rest.partition(END)[2]}"


def _options() -> Iterator[str]:
    for entry in fields(Settings):
        if entry.name in GROUPS:
            yield f"\n### {GROUPS[entry.name]}\n\n{HEAD}"
        if entry.metadata["help"]:
            yield _row(entry)


def _row(entry: Field[Any]) -> str:
    word = entry.metadata["word"]
    flag = f"{flag_name(entry)} {word}" if word else flag_name(entry)
    variable = f"<br>`{environment_name(entry)}`"
    return f"| `{_escaped(flag)}`{variable} | {_default(entry)} | {_escaped(_meaning(entry))} |\n"


def _meaning(entry: Field[Any]) -> str:
    text = entry.metadata["help"] + "; may be given again" * bool(entry.metadata["separator"])
    return re.sub(r"docs/([a-z-]+\.md)", lambda found: f"[{TITLES[found[1]]}]({found[1]})", text)


def _default(entry: Field[Any]) -> str:
    if entry.default in ((), None, False):
        return "-"
    return f"`{entry.default:g}s`" if isinstance(entry.default, float) else f"`{entry.default}`"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: serve_options.py --write")
    PAGE.write_text(page())
