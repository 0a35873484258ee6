"""The bundled scenarios in a compiled form, which loads without YAML and without lint.

`gallery.json` holds the values of each bundled file under the digest of its bytes, and tests compare the two.
A file that was edited since is not found here, and is loaded as any other one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from oifde_simulator import resources
from oifde_simulator.scenario.builder import build
from oifde_simulator.scenario.files import answer_files
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.text import printable

COMPILED = Path(__file__).with_name("gallery.json")


def load(paths: Iterable[Path]) -> dict[str, Scenario | Path]:
    """Load bundled files by their stem; a file without a current compiled form stays a path."""
    values = _read()
    return {path.stem: _find(path, values) or path for path in paths}


def compile_all() -> str:
    """Write the compiled form of all bundled files as JSON text, a line for each."""
    from oifde_simulator.scenario import loader
    from oifde_simulator.scenario.yaml.tree import read

    lines = []
    for path in loader.find([resources.scenarios()]):
        if loader.load(path).warnings:
            raise ValueError(f"{path}: expected a bundled scenario without warnings")
        source = path.read_bytes()
        value = json.dumps(read(source, str(path)).root.value, ensure_ascii=False, separators=(",", ":"))
        lines.append(f'"{_digest(source)}":{value}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def value(path: Path) -> Mapping[str, Any]:
    """Return the values of a bundled file; one that was edited since is read."""
    source = path.read_bytes()
    found = _values().get(_digest(source))
    if found is None:
        from oifde_simulator.scenario.yaml.tree import read  # slow to import, and seldom wanted

        found = read(source, str(path)).root.value
    return found


def _find(path: Path, values: Mapping[str, Mapping[str, Any]]) -> Scenario | None:
    try:
        value = values.get(_digest(path.read_bytes()))
    except OSError:
        return None  # the loader says what is wrong, should the scenario be asked for
    if value is None or any(answer_files.paths(value)):
        return None  # its files are read with it, by the loader
    return build(value, printable(path), printable(path.stem))


@cache
def _values() -> Mapping[str, Mapping[str, Any]]:
    return _read()


def _read() -> Mapping[str, Mapping[str, Any]]:
    # A start does not keep them: scenarios hold what they need.
    if not COMPILED.is_file():
        return {}
    values: Mapping[str, Mapping[str, Any]] = orjson.loads(COMPILED.read_bytes())
    return values


def _digest(source: bytes) -> str:
    return blake2b(source, digest_size=16).hexdigest()
