"""Finds the files that ship beside the code: `schemas/` and `scenarios/`. Standard library only.

A wheel has them inside the package, in `_bundled/`; a checkout, also an editable install of one, two
folders up. The package is searched first: a folder of the same name in site-packages is not ours.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent


def schemas() -> Path:
    """Return the folder of the OpenAPI documents and JSON Schemas."""
    return _folder("schemas")


def scenarios() -> Path:
    """Return the folder of the bundled scenarios."""
    return _folder("scenarios")


def read_json(name: str) -> dict[str, Any]:
    """Read a JSON object from a file of `schemas()`. Raises FileNotFoundError that lists the files there."""
    path = schemas() / name
    if not path.is_file():
        present = ", ".join(sorted(entry.name for entry in path.parent.iterdir())) or "nothing"
        raise FileNotFoundError(f"{path}: expected a schema shipped with the simulator; found {present}")
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def _folder(name: str) -> Path:
    places = (PACKAGE / "_bundled" / name, PACKAGE.parent.parent / name)
    for place in places:
        if place.is_dir():
            return place
    looked = " or ".join(str(place) for place in places)
    raise FileNotFoundError(f"expected the folder {name} at {looked}; reinstall oifde-simulator")
