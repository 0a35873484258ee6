"""Register the operations of the vendor; other rooms find an operation here by its name or its path.

Rule: messages list operations in the order of the registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oifde_simulator.oifde.operations.base import DocumentedOperation
from oifde_simulator.oifde.operations.download_oiap_record import DownloadOiapRecord
from oifde_simulator.oifde.operations.gettoken import Gettoken
from oifde_simulator.oifde.operations.query_record_history import QueryRecordHistory
from oifde_simulator.oifde.operations.servicemonitor import Servicemonitor

# Guess: [other-path] 404 and 405 with the error body of the query; one call of each would settle it.
MAIN: DocumentedOperation = QueryRecordHistory()
"""Operation whose error shape answers other paths and methods, and that examples show."""

OPERATIONS: tuple[DocumentedOperation, ...] = (Gettoken(), MAIN, Servicemonitor(), DownloadOiapRecord())
BY_NAME: Mapping[str, DocumentedOperation] = {operation.name: operation for operation in OPERATIONS}
BY_PATH: Mapping[str, DocumentedOperation] = {operation.path: operation for operation in OPERATIONS}
BY_PORT: Mapping[str, DocumentedOperation] = {each.port: each for each in OPERATIONS if each.port}
"""Operations that may have a port of their own, by its name."""

REQUEST_FIELDS: frozenset[str] = frozenset(name for each in OPERATIONS for name in each.request_types)
"""Request fields of all operations."""
NUMBERS_SENT: frozenset[str] = frozenset(
    name for each in OPERATIONS for name, kind in each.request_types.items() if kind == "integer"
)
"""Request fields that are whole numbers."""
TEXTS_ANSWERED: frozenset[str] = frozenset(
    name for each in OPERATIONS for name, kind in each.response_types.items() if kind == "string"
)
"""Response fields that are texts."""
TENANT_FIELDS: tuple[str, ...] = tuple(
    dict.fromkeys(each.tenant_field for each in (MAIN, *OPERATIONS) if each.tenant_field)
)
"""Request fields that name a tenant, those of the main operation first."""
ISSUED_TOKEN: Mapping[str, str] = {each.name: each.token_field for each in OPERATIONS if each.issues_token}
"""Response field with the issued token, by operation."""
SENT_TOKEN: Mapping[str, str] = {
    each.name: each.token_field for each in OPERATIONS if each.token_field and not each.issues_token
}
"""Request field with the token, by operation."""


def guess(fields: Iterable[str]) -> DocumentedOperation:
    """Guess the operation of a body from its fields: the one whose own credentials or members it has."""
    sent = frozenset(fields)
    return next((each for each in OPERATIONS if sent & (each.own_fields - MAIN.identity_fields)), MAIN)


def tenant_field(name: str) -> str:
    """Find the request field that names the tenant of an operation; the main one's for another path."""
    return BY_NAME.get(name, MAIN).tenant_field
