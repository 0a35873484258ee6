"""Write the faults into schemas/scenario.schema.json: `python docs/generate/scenario_schema.py --write`.

Editors read that file. `check` and `serve` ask the faults themselves: a new fault works before this is run.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from oifde_simulator import resources
from oifde_simulator.faults import item_schema

FILE = resources.schemas() / "scenario.schema.json"


def schema() -> str:
    """Write the schema with the faults that are built in."""
    document: dict[str, Any] = json.loads(FILE.read_bytes())
    document["$defs"]["fault"] = item_schema(plugins=False)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: scenario_schema.py --write")
    FILE.write_text(schema(), encoding="utf-8")
