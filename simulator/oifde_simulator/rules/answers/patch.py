"""`patch`: RFC 6902 operations on the answer so far, with `*` for each element of an array.

Rule: each operation acts where its place is, and the exchange notes where it is not. `test` is a condition of
the whole patch. Under `strict: true`, one place that is missing undoes the whole patch, as RFC 6902 says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import orjson

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.http import Response
from oifde_simulator.quantities import share, size
from oifde_simulator.rules.action import ActionContext, NotApplicable
from oifde_simulator.rules.answers.patch_operations import OPERATIONS, Edit
from oifde_simulator.rules.copies import TOO_MUCH, Copies
from oifde_simulator.rules.pointer import NoPlace, Place, places, split
from oifde_simulator.rules.templates.filling import TOO_LONG, Filler
from oifde_simulator.rules.templates.template import compiled, filled


def exact(number: float) -> Fraction:
    """Read a number as the decimal that the scenario writes: 0.001 is a thousandth."""
    return Fraction(repr(number))


READERS: Mapping[str, Callable[[Any], Any]] = {
    "bytes": size,
    "share": share,
    "path": split,
    "from": split,
    "factor": exact,
    "value": compiled,
}
"""Readers of settings that are quantities, pointers, or values in which placeholders may stand."""
MOST_REASONS = 3
"""Number of operations whose reasons are told where a whole patch does nothing."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a patch."""

    name: str
    settings: Mapping[str, Any]
    label: str
    """Place in the patch, name and pointer, for messages."""

    @classmethod
    def of(cls, given: Mapping[str, Any], place: int) -> Operation:
        """Build from the mapping that a scenario writes."""
        settings = {name: READERS.get(name, _unchanged)(value) for name, value in given.items()}
        return cls(given["op"], settings, f"patch[{place}]: {given['op']} {given['path'] or 'the answer'}")

    @property
    def is_test(self) -> bool:
        """Whether the operation is a condition, and edits nothing."""
        return self.name == "test"

    def apply(self, holder: Mapping[str, Any], copies: Copies) -> Applied:
        """Edit the document that `holder` has under the empty name, at each place where that is possible."""
        found = list(places(holder, self.settings["path"]))
        if self.name == "fill" and not copies.has_room(len(found) * self.settings["bytes"]):
            return Applied(self, 0, len(found), TOO_MUCH)
        # Last element first: a removal must not move an element that is still to be edited.
        edit = Edit(holder, self.settings, copies)
        reasons = [reason for place in reversed(found) if (reason := self._edit(edit, place))]
        return Applied(self, len(found) - len(reasons), len(found), reasons[-1] if reasons else "")

    def _edit(self, edit: Edit, place: Place | NoPlace) -> str:
        """Edit one place. Return the reason why that is not possible, or nothing."""
        try:
            if isinstance(place, NoPlace):
                raise place
            OPERATIONS[self.name](place, edit)
        except NoPlace as missing:
            return str(missing)
        except RecursionError:
            return "the value is nested too deep"
        return ""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one operation."""

    operation: Operation
    done: int
    """Number of places where it acted."""
    wanted: int
    """Number of places that its pointer names; an array without elements has none."""
    reason: str
    """What is missing at the first place where it did not act; empty where it acted at each."""

    @property
    def whole(self) -> bool:
        """Whether it acted at each place."""
        return self.done == self.wanted

    @property
    def note(self) -> str:
        """Say where the operation did not act; empty where it acted."""
        label = self.operation.label
        if self.whole:
            return "" if self.done else f"{label}: nothing to do, the array has no elements"
        if self.wanted == 1:
            return f"{label}: {self.reason}"
        return f"{label}: done at {self.done} of {self.wanted} places; at the first other {self.reason}"


@dataclass(frozen=True, slots=True)
class Patch:
    """Edit of the answer's JSON body."""

    operations: Sequence[Operation]
    strict: bool = False
    """Whether one place that is missing undoes the whole patch."""
    has_placeholders: bool = False
    """Whether a value has placeholders."""

    @classmethod
    def of(cls, given: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> Patch:
        """Build from a list of operations, or a mapping with the list and `strict`."""
        settings: Mapping[str, Any] = given if isinstance(given, Mapping) else {"operations": given}
        listed = settings["operations"]
        operations = tuple(Operation.of(each, place) for place, each in enumerate(listed))
        templated = any(
            each.get("value") is not operation.settings.get("value")
            for each, operation in zip(listed, operations, strict=True)
        )
        return cls(operations, settings.get("strict", False), templated)

    def reshape(self, response: Response, context: ActionContext) -> Response:
        """Edit the body of the answer so far."""
        if not isinstance(response.body, bytes):
            raise NotApplicable("patch: the answer is a recording, not JSON")
        try:
            holder = {"": orjson.loads(response.body)}
        except orjson.JSONDecodeError:
            raise NotApplicable("patch: the answer is not JSON") from None
        copies = Copies(len(response.body))
        operations = self._filled(context) if self.has_placeholders else self.operations
        applied = [self._applied(operation, holder, copies) for operation in operations]
        notes = [each.note for each in applied if each.note and not each.operation.is_test]
        edits = [each for each in applied if not each.operation.is_test]
        if edits and not any(each.done for each in edits):
            raise NotApplicable(_shortened(notes))
        context.notes.extend(notes)
        body = _encoded(holder[""])
        if len(body) > max(copies.most, len(response.body)):  # numbers that were scaled have more digits
            raise NotApplicable(f"patch: {TOO_LONG}")
        return Response(response.status, body, response.headers)

    def _filled(self, context: ActionContext) -> Sequence[Operation]:
        """Put values in the place of placeholders."""
        filler = Filler(context, "patch")
        return [
            replace(each, settings={**each.settings, "value": filled(each.settings["value"], filler)})
            if "value" in each.settings
            else each
            for each in self.operations
        ]

    def _applied(self, operation: Operation, holder: Mapping[str, Any], copies: Copies) -> Applied:
        """Apply one operation. Raises NotApplicable for a test, or any under `strict`, that is not whole."""
        applied = operation.apply(holder, copies)
        if operation.is_test and not applied.whole:
            raise NotApplicable(f"{applied.note}, so nothing of the patch is done")
        if self.strict and not applied.whole:
            raise NotApplicable(f"{applied.note}; the patch is strict, so nothing of it is done")
        return applied


def _encoded(document: Any) -> bytes:
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError as error:
        raise NotApplicable(f"patch: what it made is no JSON: {error}") from None


def _shortened(notes: Sequence[str]) -> str:
    more = len(notes) - MOST_REASONS
    return "; ".join([*notes[:MOST_REASONS], *([f"and {more} more"] if more > 0 else [])])


def _unchanged(value: Any) -> Any:
    return value
