"""Read odd values of a request body as the policy says: as if they were right, or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.oifde import contract
from oifde_simulator.oifde.decoding import shown
from oifde_simulator.oifde.operations.base import DocumentedOperation
from oifde_simulator.oifde.policy.service_policy import ServicePolicy

PAGE_NUMBER = re.compile(r" *[+-]?[0-9]{1,18} *")
"""Page number as most parsers read it."""
LAST_PAGE = 999_999_999
"""Last page number that the contract has."""


@dataclass(slots=True)
class Normalized:
    """Fields of a body after odd values were read."""

    values: dict[str, Any]
    warnings: list[str] = field(default_factory=list)
    """Odd values that were read all the same."""
    refused: list[str] = field(default_factory=list)
    """Odd values that the policy refuses."""


class Normalization:
    """Reads the odd values of one operation's bodies."""

    def __init__(self, operation: DocumentedOperation, policy: ServicePolicy) -> None:
        self.longest_ids: Mapping[str, int] = operation.longest_ids if policy.refuse_long_ids else {}
        """Characters that an ID may have; empty where they may have any number."""
        self._known = contract.request_fields(operation.name)
        self._optional = contract.optional_fields(operation.name)
        self._page_field = operation.paging.number if operation.paging else ""
        self._policy = policy
        self.rewrites = policy.accept_numbers or policy.loose_page_numbers
        """Whether values may be read that the contract refuses, beside those that count as not sent."""

    def read(self, document: dict[str, Any]) -> Normalized:
        """Read a decoded body."""
        read = Normalized({})
        self._leave_empty_out(document, read)
        if self._policy.accept_numbers:
            self._read_numbers(read)
        if self._policy.loose_page_numbers:
            self._read_page_number(read)
        if self.longest_ids:
            read.refused += self.too_long(read.values)
        return read

    def too_long(self, values: Mapping[str, Any]) -> list[str]:
        """Describe IDs that are longer than documented."""
        # Guess: [field-lengths] it finds nothing unless the setting says so; one query would settle it.
        return [
            f"{name} has {len(values[name])} characters: expected at most {most}"
            for name, most in self.longest_ids.items()
            if isinstance(values.get(name), str) and len(values[name]) > most
        ]

    def _leave_empty_out(self, document: dict[str, Any], read: Normalized) -> None:
        # Guess: [empty-fields] null and "" count as not sent (Java clients do so); a capture would settle it.
        read.values.update(document)
        sent = document.values()
        if None not in sent and "" not in sent:
            return
        hollow = {name for name in self._optional if document.get(name, 0) in (None, "")}
        for name in filter(hollow.__contains__, document):
            value = read.values.pop(name)
            if self._policy.refuse_empty:
                read.refused.append(f"{name} is {shown(value)}: leave it out")
            else:
                read.warnings.append(f"{name} is {shown(value)}: counted as not sent; leave it out")

    def _read_numbers(self, read: Normalized) -> None:
        # Guess: [numbers] refused unless the setting says so; "pageNum": 1 on a real system would settle it.
        for name, value in read.values.items():
            if type(value) is int and name in self._known:
                read.warnings.append(f'{name} is the number {value}: expected the string "{value}"')
                read.values[name] = str(value)

    def _read_page_number(self, read: Normalized) -> None:
        # Guess: [page-number] digits alone unless the setting says so; one query of each would settle it.
        text = read.values.get(self._page_field)
        if not isinstance(text, str) or PAGE_NUMBER.fullmatch(text) is None:
            return
        number = str(min(max(int(text), 1), LAST_PAGE))
        if number != text:
            read.warnings.append(f"{self._page_field} is {shown(text)}: read as {number}")
            read.values[self._page_field] = number
