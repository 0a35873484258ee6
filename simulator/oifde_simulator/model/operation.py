"""Describe a documented interface of the vendor to rooms that must not know the vendor.

Rule: only `oifde/` and `population/` name an interface or a field of one; every other room reads them here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from oifde_simulator.fast_dataclasses import dataclass

Credential = Literal["none", "secret", "token", "signature"]
"""Kind of credential that an operation checks."""


@dataclass(frozen=True, slots=True)
class Paging:
    """Fields by which a client walks through the pages of an answer."""

    number: str
    """Request field with the page number, counted from 1."""
    size: str
    """Request field with the page size."""
    total: str
    """Response field with the number of all records."""


class Operation(Protocol):
    """One documented interface: its place on the wire and the meaning of its fields."""

    @property
    def name(self) -> str:
        """Name in rules, in the journal and in metrics."""
        ...

    @property
    def path(self) -> str:
        """Path of the request target."""
        ...

    @property
    def methods(self) -> tuple[str, ...]:
        """Documented HTTP methods, in capitals."""
        ...

    @property
    def has_body(self) -> bool:
        """True where the vendor documents a request body."""
        ...

    @property
    def credential(self) -> Credential:
        """Credential that a request must bring."""
        ...

    @property
    def tenant_field(self) -> str:
        """Request field that names the tenant; empty where no field does."""
        ...

    @property
    def secret_field(self) -> str:
        """Request field with the tenant's secret; empty where no field has it."""
        ...

    @property
    def token_field(self) -> str:
        """Field that carries a token; empty where no field does."""
        ...

    @property
    def issues_token(self) -> bool:
        """True where `token_field` is a field of the response, and a token is made for it."""
        ...

    @property
    def records_field(self) -> str:
        """Response field with the records; empty where no records are answered."""
        ...

    @property
    def answers_sound(self) -> bool:
        """True where a success is a recording."""
        ...

    @property
    def paging(self) -> Paging | None:
        """Fields for paging; None where the answer has no pages."""
        ...

    @property
    def request_types(self) -> Mapping[str, str]:
        """JSON type of each request field, in the order of the vendor's table."""
        ...

    @property
    def response_types(self) -> Mapping[str, str]:
        """JSON type of each response field, in the order of the vendor's table."""
        ...

    @property
    def request_defaults(self) -> Mapping[str, Any]:
        """Documented defaults of request fields."""
        ...

    @property
    def unmatchable(self) -> Mapping[str, str]:
        """Response fields that rules cannot match, each with the advice for the author of a rule."""
        ...

    @property
    def code_field(self) -> str:
        """Response field with the code of an error."""
        ...

    @property
    def message_field(self) -> str:
        """Response field with the text of an error, which may quote the request."""
        ...

    def body_of(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write the fields of a request as its body has them."""
        ...

    def token(self, request: Mapping[str, Any], response: Mapping[str, Any]) -> object:
        """Find the token that an exchange is about: the issued one, or the one that was sent."""
        ...

    def credentials_of(self, tenant: str, credential: str) -> dict[str, str]:
        """Build the request fields that name `tenant` and bring its secret or token."""
        ...

    def example(self, tenant: str, credential: str, user: str) -> dict[str, Any]:
        """Build a request body that a tenant with this credential can send about `user`."""
        ...
