"""The bundled scenarios in a compiled form, which loads without YAML and without lint.

`gallery.json` holds the values of each bundled file under the digest of its bytes, and tests compare the two.
A file that was edited since is not found here, and is loaded as any other one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
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

DIGEST_BYTES = 16
DIGEST_END = 1 + 2 * DIGEST_BYTES
"""Place in a line at which the digest of its file ends."""
COMPILED = Path(__file__).with_name("gallery.json")


def find(path: Path) -> Scenario | None:
    """Build the scenario of a bundled file; None for a file without a current compiled form."""
    try:
        value = _value_of(path.read_bytes())
    except OSError:
        return None  # the loader says what is wrong
    if value is None or any(answer_files.paths(value)):
        return None  # its files are read with it, by the loader
    return build(value, printable(path), printable(path.stem))


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
    found = _value_of(source)
    if found is None:
        from oifde_simulator.scenario.yaml.tree import read  # slow to import, and seldom wanted

        found = read(source, str(path)).root.value
    return found


def _value_of(source: bytes) -> Mapping[str, Any] | None:
    text = _texts().get(_digest(source).encode())
    value: Mapping[str, Any] | None = orjson.loads(text) if text else None
    return value


@cache
def _texts() -> Mapping[bytes, bytes]:
    """Map the digest of each file to its values, as JSON: few are ever wanted, and a start needs none."""
    if not COMPILED.is_file():
        return {}
    lines = COMPILED.read_bytes().splitlines()[1:-1]
    return {line[1:DIGEST_END]: line[DIGEST_END + 2 :].removesuffix(b",") for line in lines}


def _digest(source: bytes) -> str:
    return blake2b(source, digest_size=DIGEST_BYTES).hexdigest()
