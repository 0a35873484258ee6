"""`patch`: RFC 6902 operations on the honest answer, with `*` for each element of an array.

The operations are jsonpatch's. Two of our own stand beside them: `fill` makes a string of so many
bytes, `cut` keeps the first share of a string (an inner JSON that breaks off). They are applied in
place, to a document that is decoded for the purpose: where one fails, nothing of it is sent.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from oifde_simulator.model.http import Response
from oifde_simulator.quantities import share, size
from oifde_simulator.rules.respond import NotApplicable, Scene

QUANTITIES: Mapping[str, Callable[[Any], float]] = {"bytes": size, "share": share}
DEFAULT_SHARE = 0.5
"""Share of a string that `cut` keeps by default."""
OWN = ("fill", "cut")
MOST_FILLED = 64 * 1024 * 1024
"""Bytes that one `fill` may make in all, so that an answer of 100 records cannot take the memory."""


@dataclass(frozen=True, slots=True)
class Patch:
    """An edit of the honest answer's body."""

    operations: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, given: Sequence[Mapping[str, Any]]) -> Patch:
        """From what a scenario writes."""
        return cls(tuple({name: _read(name, value) for name, value in each.items()} for each in given))

    def reshape(self, response: Response, scene: Scene) -> Response:  # noqa: ARG002
        """The answer with its body edited."""
        try:
            document = orjson.loads(response.body)
        except orjson.JSONDecodeError:
            raise NotApplicable("patch: the answer is not JSON") from None
        for place, operation in enumerate(self.operations):
            document = _applied(document, operation, f"patch[{place}]")
        try:
            return Response(response.status, orjson.dumps(document), response.headers)
        except orjson.JSONEncodeError as error:
            raise NotApplicable(f"patch: what it made is no JSON: {error}") from None


def _read(name: str, value: Any) -> Any:
    return QUANTITIES[name](value) if name in QUANTITIES else value


def _applied(document: Any, operation: Mapping[str, Any], where: str) -> Any:
    import jsonpatch  # only wanted where something is patched
    import jsonpointer

    try:
        singles = list(expanded(document, operation))
        if len(singles) * operation.get("bytes", 0) > MOST_FILLED:
            raise TypeError(f"would fill {len(singles)} fields, more than {MOST_FILLED} bytes in all")
        # From the last element to the first, so that a removal moves none that is still to come.
        for single in reversed(singles):
            plain: Any = _plain(document, single) if single["op"] in OWN else single
            document = jsonpatch.JsonPatch([plain]).apply(document, in_place=True)
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


def _plain(document: Any, operation: Mapping[str, Any]) -> dict[str, Any]:
    """One of our own operations as a `replace`, or an `add` where there is nothing yet."""
    import jsonpointer

    path = operation["path"]
    found = jsonpointer.resolve_pointer(document, path, None)
    if operation["op"] == "fill":
        return {"op": "add", "path": path, "value": "x" * operation["bytes"]}
    if not isinstance(found, str):
        raise TypeError("expected a string there")
    kept = int(len(found) * operation.get("share", DEFAULT_SHARE))
    return {"op": "replace", "path": path, "value": found[:kept]}


def expanded(document: Any, operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The operation once for each element that a `*` in its path stands for; `from` follows `path`.

    A `*` is a whole step: the first one in `from` stands for the same element as the first in `path`,
    and so on. Each has a value of its own, so that no two places of the document share one.
    """
    steps = operation["path"].split("/")
    if "*" not in steps:
        yield {name: copy.deepcopy(value) for name, value in operation.items()}
        return
    place = steps.index("*")
    found = _found(document, steps[1:place])
    if not isinstance(found, list):
        raise TypeError("expected an array where * stands")
    for index in range(len(found)):
        own = {"path": _at(steps, index)}
        if "from" in operation:
            own["from"] = _at(operation["from"].split("/"), index)
        yield from expanded(document, {**operation, **own})


def _found(document: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        key = int(step) if isinstance(document, list) else step.replace("~1", "/").replace("~0", "~")
        document = document[key]
    return document


def _at(steps: list[str], index: int) -> str:
    """A path whose first `*`, where it has one, is that element."""
    if "*" in steps:
        place = steps.index("*")
        steps = [*steps[:place], str(index), *steps[place + 1 :]]
    return "/".join(steps)
