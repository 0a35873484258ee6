"""Recorded outcomes: what each client said to each fault, and the version that said it.

`record_fault_outcomes.py` writes the file, on a machine with the clients; everything else only reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True)
class Recorded:
    """Outcomes of one client."""

    version: str
    outcomes: Mapping[str, str]
    """Outcome of each case."""


def read(file: Path | None = None) -> dict[str, Recorded]:
    """Read the outcomes of all clients: name -> outcomes; `file` is FILE unless another is given."""
    return {client: Recorded(**each) for client, each in json.loads((file or FILE).read_text()).items()}


def write(recorded: Mapping[str, Recorded], file: Path | None = None) -> None:
    """Write the outcomes of all clients."""
    document = {client: asdict(each) for client, each in recorded.items()}
    (file or FILE).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
