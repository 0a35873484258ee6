"""Hold what all operations of the vendor share, and what an operation may leave as it is.

Rule: a new operation is one subclass in a file of its own, an entry in `OPERATIONS`, and its part of the
document `schemas/openapi.json`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Protocol

import orjson

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.credential_step import CredentialStep
from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import JSON_UTF8, Headers, PortName, Request, Response
from oifde_simulator.model.operation import Credential, Paging
from oifde_simulator.model.sessions import Sessions
from oifde_simulator.model.vendor_errors import PARAMETER_INCORRECT, Problem
from oifde_simulator.oifde import contract
from oifde_simulator.oifde.credentials.interface import CredentialCheck
from oifde_simulator.oifde.policy.service_policy import ServicePolicy as ServicePolicy
from oifde_simulator.oifde.reading import Reading

NOTHING: Mapping[str, Any] = {}
NO_HEADERS: Mapping[str, str] = {}


class Refused(Exception):
    """Raised by an operation that finds a problem which only its sessions can show."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(slots=True)
class ServiceRequest:
    """Call as the service reads it; an operation answers it where nothing is wrong with it."""

    reading: Reading
    now: int
    """Epoch milliseconds on the tenant's clock."""
    warnings: tuple[str, ...] = ()
    step: CredentialStep | None = None
    """Credential that the state may have to judge; None where there is none."""
    check: CredentialCheck | None = None
    """Check that names the problem of the credential; None where none is made."""
    token: str = ""
    """Issued token; empty where the operation issues none."""
    lifetime: int = 0
    """Lifetime of the issued token in seconds."""


class OwnReader(Protocol):
    """Reads the requests of an operation that has its fields elsewhere than in the members of its body."""

    def read(self, request: Request, /) -> Reading:
        """Read a request whose body is a JSON object."""
        ...


class DocumentedOperation(ABC):
    """One interface of the document; see `model.operation.Operation` for the meaning of the attributes."""

    name: ClassVar[str]
    credential: ClassVar[Credential] = "none"
    tenant_field: ClassVar[str] = ""
    secret_field: ClassVar[str] = ""
    token_field: ClassVar[str] = ""
    issues_token: ClassVar[bool] = False
    check: ClassVar[CredentialCheck | None] = None
    """Check of the credential; None where the operation asks for none."""
    user_field: ClassVar[str] = ""
    """Request field with the number of a user; empty where a request is about none."""
    time_range: ClassVar[tuple[str, str] | None] = None
    """Request fields with a time and a later one, in the format of the contract; None without such fields."""
    longest_ids: ClassVar[Mapping[str, int]] = NOTHING
    """Characters that the vendor documents for request fields with an ID."""
    records_field: ClassVar[str] = ""
    answers_sound: ClassVar[bool] = False
    paging: ClassVar[Paging | None] = None
    unmatchable: ClassVar[Mapping[str, str]] = NOTHING
    error_members: ClassVar[Mapping[str, Any]] = NOTHING
    """Members of an error answer beside errorCode and errorMsg."""
    own_reader: ClassVar[OwnReader | None] = None
    """Reader of requests whose fields are not the members of the body; None for the contract's."""
    own_error_shape: ClassVar[bool] = False
    """True where another method gets the error shape of this operation, not that of the main one."""
    port: ClassVar[PortName] = ""
    """Name of the port that the operation may have for itself; it is on the vendor's port all the same."""
    code_field: ClassVar[str] = "errorCode"
    message_field: ClassVar[str] = "errorMsg"
    misnamed_fields: ClassVar[Mapping[str, str]] = NOTHING
    """Wrong names that clients are known to send, each with the field that they mean."""

    def __init__(self) -> None:
        interface = contract.interfaces()[self.name]
        self.path = interface.path
        self.methods = interface.methods
        self.has_body = contract.has_body(self.name)
        self.identity_fields = frozenset(
            filter(None, (self.tenant_field, self.secret_field, self._sent_token))
        )
        """Request fields with tenant, secret and token; they are judged before all others."""

    @property
    def own_fields(self) -> frozenset[str]:
        """Members of a body by which this operation is told from others."""
        return self.identity_fields

    def authorize(self, _request: Request, _key: str, _secret: str | None, /) -> Mapping[str, str]:
        """Make the headers that bring a tenant's credential; none where the body brings it."""
        return NO_HEADERS

    @property
    def _sent_token(self) -> str:
        return "" if self.issues_token else self.token_field

    @property
    def request_types(self) -> Mapping[str, str]:
        """JSON type of each request field, in the order of the vendor's table."""
        return contract.request_types(self.name)

    @property
    def response_types(self) -> Mapping[str, str]:
        """JSON type of each response field, in the order of the vendor's table."""
        return contract.response_types(self.name)

    @cached_property
    def request_defaults(self) -> Mapping[str, Any]:
        """Documented defaults of request fields."""
        return contract.request_defaults(self.name)

    def fields(self, document: Mapping[str, Any], _request: Request, /) -> Mapping[str, Any]:
        """Gather the fields that rules match and the journal keeps: the members of the body."""
        return document

    def body_of(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write fields as a body has them; the opposite of `fields`."""
        return fields

    def tenant_of(self, document: Mapping[str, Any], _request: Request, /) -> object:
        """Find the name of the tenant in a request; None where there is none."""
        return document.get(self.tenant_field)

    def body_problem(self, _request: Request, detail: str, status: int | None, /) -> Problem:
        """Word what is wrong with a body that could not be read, or is no JSON object."""
        return Problem(PARAMETER_INCORRECT, detail, status, kind="parameter")

    def token(self, request: Mapping[str, Any], response: Mapping[str, Any]) -> object:
        """Find the token that an exchange is about: the issued one, or the one that was sent."""
        return (
            (response if self.issues_token else request).get(self.token_field) if self.token_field else None
        )

    def credentials_of(self, tenant: str, credential: str) -> dict[str, str]:
        """Build the request fields that name `tenant` and bring its secret or token."""
        named = {self.tenant_field: tenant, (self.secret_field or self._sent_token): credential}
        return {field: value for field, value in named.items() if field}

    def example(self, tenant: str, credential: str, user: str) -> dict[str, Any]:
        """Build a request body that a tenant with this credential can send about `user`."""
        return self.credentials_of(tenant, credential) | ({self.user_field: user} if self.user_field else {})

    def with_message(self, fields: Mapping[str, Any], message: str) -> Mapping[str, Any]:
        """Copy the members of an error answer with another message."""
        return {**fields, self.message_field: message}

    @abstractmethod
    def answer(self, request: ServiceRequest, sessions: Sessions, policy: ServicePolicy, /) -> Answer:
        """Answer a valid request as an unbroken service would."""

    def refuse(
        self,
        problems: tuple[Problem, ...],
        *,
        status: int,
        headers: Headers = (),
        warnings: tuple[str, ...] = (),
    ) -> Answer:
        """Answer the first of `problems` in the error shape of this operation."""
        first = problems[0]
        # Guess: [error-body] what tables mark mandatory is there in errors too, empty; a capture settles it.
        fields = {"errorCode": first.error.code, "errorMsg": first.message, **self.error_members}
        response = Response(first.status or status, orjson.dumps(fields), JSON_UTF8 + headers)
        return Answer(response, fields, problems, warnings)
