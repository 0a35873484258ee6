"""Explains operations of a patch in another shape: one without its list, or by its name as a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.scenario.lint.schema.wording import plain


def lone(violation: Violation) -> Sequence[Finding]:
    """Explain a violation by the operation that is meant, once for all its keys; empty for any other."""
    found, known = violation.found, violation.schema.get("properties", {})
    if "operations" in known and {"op", "path"} <= found.keys():
        operation = _written({key: value for key, value in found.items() if key != "strict"})
        fix = (
            f"write operations: [{operation}]" if "strict" in found else f"write it as a list: [{operation}]"
        )
        return [Finding(violation.path, f"expected a list of operations, found one of them; {fix}")]
    if not {"op", "path"} <= known.keys() or "op" in found:
        return ()
    meant = [name for name in found if name in known["op"]["enum"]]
    if not meant:
        return ()
    others = {key: value for key, value in found.items() if key in known and key not in ("op", "path")}
    whole = _written({"op": meant[0], "path": found.get("path", found[meant[0]]), **others})
    message = f"expected op with the name of an operation, found {meant[0]} as a key; write {whole}"
    return [Finding(violation.path, message, (*violation.path, meant[0]), on_key=True)]


def _written(operation: Mapping[str, Any]) -> str:
    return f"{{{', '.join(f'{key}: {plain(value)}' for key, value in operation.items())}}}"
