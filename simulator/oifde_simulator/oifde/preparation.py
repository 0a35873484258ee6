"""Prepare what a service needs of a policy; tenants of one policy share it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from oifde_simulator.bounded_cache import bounded_cache
from oifde_simulator.oifde.credentials.after_parameters import AfterParameters
from oifde_simulator.oifde.credentials.interface import CredentialCheck
from oifde_simulator.oifde.operations import OPERATIONS
from oifde_simulator.oifde.operations.base import DocumentedOperation
from oifde_simulator.oifde.policy.service_policy import ServicePolicy
from oifde_simulator.oifde.validation import BodyReader


class PreparedOperation(NamedTuple):
    """One operation under a policy."""

    reader: BodyReader
    check: CredentialCheck | None
    """Check of the credential; None where the operation asks for none."""


@bounded_cache(256 << 10, lambda *_: 4000)
def prepared(policy: ServicePolicy) -> Mapping[DocumentedOperation, PreparedOperation]:
    """Prepare all operations."""
    return {each: PreparedOperation(BodyReader(each, policy), _check(each, policy)) for each in OPERATIONS}


def _check(operation: DocumentedOperation, policy: ServicePolicy) -> CredentialCheck | None:
    check = operation.check
    return AfterParameters(check) if check and policy.check_order == "parameters" else check
