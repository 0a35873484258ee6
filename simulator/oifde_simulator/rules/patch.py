"""`patch`: RFC 6902 operations on the honest answer, with `*` for each element of an array.

jsonpatch applies the standard operations. Two of our own stand beside them: `fill` writes a string of a
given size in bytes, `cut` keeps the first share of a string (an inner JSON that breaks off). All edit one
decoded document in place; if one fails, the document is dropped and the honest answer is sent.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from oifde_simulator.model.http import Response
from oifde_simulator.quantities import share, size
from oifde_simulator.rules.action import ActionContext, NotApplicable

QUANTITIES: Mapping[str, Callable[[Any], float]] = {"bytes": size, "share": share}
"""Readers of settings that are quantities."""
DEFAULT_SHARE = 0.5
"""Share of a string that `cut` keeps by default."""
OWN_OPERATIONS = ("fill", "cut")
"""Operations that RFC 6902 does not have."""
MOST_FILLED = 64 * 1024 * 1024
"""Upper bound of the bytes that one `fill` writes in all, to protect the memory."""


@dataclass(frozen=True, slots=True)
class Patch:
    """Edit of the answer's JSON body."""

    operations: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, given: Sequence[Mapping[str, Any]]) -> Patch:
        """Build from the list that a scenario writes."""
        return cls(tuple({name: _read(name, value) for name, value in each.items()} for each in given))

    def reshape(self, response: Response, _context: ActionContext) -> Response:
        """Edit the body of the answer so far."""
        if not isinstance(response.body, bytes):
            raise NotApplicable("patch: the answer is a recording, not JSON")
        try:
            document = orjson.loads(response.body)
        except orjson.JSONDecodeError:
            raise NotApplicable("patch: the answer is not JSON") from None
        for index, operation in enumerate(self.operations):
            document = _apply(document, operation, f"patch[{index}]")
        try:
            return Response(response.status, orjson.dumps(document), response.headers)
        except orjson.JSONEncodeError as error:
            raise NotApplicable(f"patch: what it made is no JSON: {error}") from None


def _read(name: str, value: Any) -> Any:
    return QUANTITIES[name](value) if name in QUANTITIES else value


def _apply(document: Any, operation: Mapping[str, Any], where: str) -> Any:
    import jsonpatch  # slow to import, and few rules patch
    import jsonpointer

    try:
        singles = list(expand(document, operation))
        if len(singles) * operation.get("bytes", 0) > MOST_FILLED:
            raise TypeError(f"would fill {len(singles)} fields, more than {MOST_FILLED} bytes in all")
        # Last element first: a removal must not move an element that is still to be edited.
        for single in reversed(singles):
            standard: Any = _standard(document, single) if single["op"] in OWN_OPERATIONS else single
            document = jsonpatch.JsonPatch([standard]).apply(document, in_place=True)
    except (
        jsonpatch.JsonPatchException,
        jsonpointer.JsonPointerException,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise NotApplicable(f"{where}: {operation['op']} {operation['path']}: {error}") from None
    return document


def _standard(document: Any, operation: Mapping[str, Any]) -> dict[str, Any]:
    """Translate one of our own operations into `add` or `replace`."""
    import jsonpointer

    path = operation["path"]
    found = jsonpointer.resolve_pointer(document, path, None)
    if operation["op"] == "fill":
        return {"op": "add", "path": path, "value": "x" * operation["bytes"]}
    if not isinstance(found, str):
        raise TypeError("expected a string there")
    kept = int(len(found) * operation.get("share", DEFAULT_SHARE))
    return {"op": "replace", "path": path, "value": found[:kept]}


def expand(document: Any, operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Repeat an operation for each element of the arrays that `*` stands for in its path.

    A `*` is a whole step of the path. The first `*` of `from` stands for the same element as the first of
    `path`, and so on. Values are copied, so that no two places of the document share one.
    """
    steps = operation["path"].split("/")
    if "*" not in steps:
        yield {name: copy.deepcopy(value) for name, value in operation.items()}
        return
    array = _follow(document, steps[1 : steps.index("*")])
    if not isinstance(array, list):
        raise TypeError("expected an array where * stands")
    for index in range(len(array)):
        paths = {"path": _with_index(steps, index)}
        if "from" in operation:
            paths["from"] = _with_index(operation["from"].split("/"), index)
        yield from expand(document, {**operation, **paths})


def _follow(document: Any, steps: Sequence[str]) -> Any:
    """Follow the steps of a JSON Pointer."""
    for step in steps:
        key = int(step) if isinstance(document, list) else step.replace("~1", "/").replace("~0", "~")
        document = document[key]
    return document


def _with_index(steps: list[str], index: int) -> str:
    """Join the steps of a path, with an index in the place of its first `*`."""
    if "*" in steps:
        place = steps.index("*")
        steps = [*steps[:place], str(index), *steps[place + 1 :]]
    return "/".join(steps)
