"""`match`: the requests that a rule is about, as a fast predicate and as a `difference` that explains it.

A test holds the two to one verdict. In a scenario a scalar means equal, a mapping is a JSON Schema for the
field, `true` means present and `false` absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from operator import eq
from typing import Any

from oifde_simulator.json_schema.bounded import bounded
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.model.http import Peer
from oifde_simulator.model.view import ABSENT, Mismatch, View
from oifde_simulator.rules.conditions import sender
from oifde_simulator.rules.conditions.certificate_conditions import PART, certificate_fields
from oifde_simulator.text import shown


class Condition:
    """Condition on one field."""

    def __init__(self, wanted: Any) -> None:
        """Compile a condition as a scenario writes it. Raises ValueError for a bad or too large schema."""
        self.wanted = wanted
        schema = bounded(wanted) if isinstance(wanted, Mapping) else None
        self.accepts: Callable[[Any], bool] = _schema_predicate(schema) if schema else _predicate(wanted)
        """Predicate on the field's value; ABSENT is the value of a field that is not there."""
        self.backtracks = schema is not None and schema.backtracks
        """True if a regular expression in it may take long."""

    def __str__(self) -> str:
        if isinstance(self.wanted, bool):
            return "to be there" if self.wanted else "not to be there"
        return f"what fits {shown(self.wanted)}" if isinstance(self.wanted, Mapping) else shown(self.wanted)


def _predicate(wanted: Any) -> Callable[[Any], bool]:
    if wanted is True:
        return lambda value: value is not ABSENT
    if wanted is False:
        return lambda value: value is ABSENT
    if isinstance(wanted, str):
        return partial(eq, wanted)
    return lambda value: type(value) is type(wanted) and value == wanted


def _schema_predicate(schema: Schema) -> Callable[[Any], bool]:
    accepts = schema.accepts
    return lambda value: value is not ABSENT and accepts(value)


class Matcher:
    """Conditions of one rule, all of which must hold."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Compile `match` as a scenario writes it; `{}` matches every request."""
        self._endpoint: str | None = given.get("endpoint")
        shown_by_client = [
            (PART, name, Condition(wanted)) for name, wanted in certificate_fields(given).items()
        ]
        self._of_certificate = [(name, condition.accepts) for _, name, condition in shown_by_client]
        self._parts = [
            (part, name, Condition(wanted))
            for part in ("request", "headers", "response")
            for name, wanted in given.get(part, {}).items()
        ] + shown_by_client
        self._tests = [
            (("request", "headers", "response").index(part), name, condition.accepts)
            for part, name, condition in self._parts
            if part != PART
        ]
        self._of_sender = tuple(_sender_conditions(given))

    def matches(self, view: View) -> bool:
        """Check that the rule is about a request."""
        if self._of_certificate and not self._fits_certificate(view.client_certificate):
            return False
        if self._endpoint is not None and view.endpoint != self._endpoint:
            return False
        if self._of_sender and not self._is_sent_by(view.peer):
            return False
        if not self._tests:
            return True
        places = (view.request, view.headers, view.response)
        # A loop, since the generator of an `all` would cost more than the tests.
        for part, name, accepts in self._tests:
            if not accepts(places[part].get(name, ABSENT)):
                break
        else:
            return True
        return False

    def _is_sent_by(self, peer: Peer) -> bool:
        return all(accepts(read(peer)) for _, read, accepts, _ in self._of_sender)

    @property
    def gate(self) -> tuple[int, str, Callable[[Any], bool]]:
        """First test of all: 0 to 2 for request, headers or response; name of the field; predicate.

        Conditions on the sender are none of them: only `matches` asks those.
        """
        return self._tests[0] if self._tests else (0, "", lambda value: True)

    @property
    def backtracks(self) -> bool:
        """Check that a condition has a regular expression that may take long."""
        return any(condition.backtracks for _, _, condition in self._parts)

    @property
    def size(self) -> int:
        """Number of conditions."""
        return len(self._parts) + len(self._of_sender) + (self._endpoint is not None)

    @property
    def identifying(self) -> list[str]:
        """Places of the conditions that tell requests apart by a value: `request.NAME` and so on."""
        named = [
            f"{part}.{name}"
            for part, name, condition in self._parts
            if part != "response" and not isinstance(condition.wanted, bool)
        ]
        return named + [each.place for each in self._of_sender]

    def _fits_certificate(self, certificate: Mapping[str, str]) -> bool:
        return all(accepts(certificate.get(name, ABSENT)) for name, accepts in self._of_certificate)

    def difference(self, view: View) -> list[Mismatch]:
        """List every condition that a request does not meet; `[]` for a request that matches."""
        mismatches = []
        if self._endpoint is not None and view.endpoint != self._endpoint:
            mismatches.append(Mismatch("endpoint", self._endpoint, view.endpoint or "another path"))
        mismatches += self._sender_difference(view.peer)
        for part, name, condition in self._parts:
            value = getattr(view, part).get(name, ABSENT)
            if not condition.accepts(value):
                text = "nothing" if value is ABSENT else shown(value)
                mismatches.append(Mismatch(f"{part}.{name}", str(condition), text))
        return mismatches

    def _sender_difference(self, peer: Peer) -> list[Mismatch]:
        found = ((each, each.read(peer)) for each in self._of_sender)
        return [
            Mismatch(each.place, each.expected, "none that is known" if value is ABSENT else str(value))
            for each, value in found
            if not each.accepts(value)
        ]


def _sender_conditions(given: Mapping[str, Any]) -> Iterator[sender.SenderCondition]:
    if "client" in given:
        yield sender.client(given["client"])
    yield from sender.connection(given.get("connection", {}), Condition)
