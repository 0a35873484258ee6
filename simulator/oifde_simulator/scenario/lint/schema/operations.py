"""Explains operations of a patch in another shape: one without its list, or by its name as a key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.scenario.lint.schema.wording import plain
from oifde_simulator.text import KeyPath


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


def scattered(violations: Iterable[Violation]) -> Iterator[tuple[Finding, set[KeyPath]]]:
    """Find operations whose keys are items of the list each; yield also the paths of these items.

    `[op: remove, path: /total]` without braces is a list of two mappings.
    """
    lists: dict[KeyPath, dict[KeyPath, Mapping[str, Any]]] = {}
    for each in violations:
        if _lacks_keys(each) and len(each.found) == 1:
            lists.setdefault(each.path[:-1], {})[each.path] = each.found
    for path, items in lists.items():
        keys = [key for item in items.values() for key in item]
        if {"op", "path"} <= {*keys} and len({*keys}) == len(keys):
            whole = _written({key: value for item in items.values() for key, value in item.items()})
            message = f"the keys of one operation stand as items of their own here; write {whole}"
            yield Finding(path, message), {*items}


def _lacks_keys(violation: Violation) -> bool:
    """Check that an item of a list of operations lacks one of the keys that each needs."""
    known = violation.schema.get("properties", {})
    return violation.keyword == "required" and {"op", "path"} <= known.keys() and bool(violation.path)


def _written(operation: Mapping[str, Any]) -> str:
    return f"{{{', '.join(f'{key}: {plain(value)}' for key, value in operation.items())}}}"
