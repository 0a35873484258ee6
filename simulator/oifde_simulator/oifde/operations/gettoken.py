"""Answer gettoken: exchange a tenant's secret for a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import JSON_UTF8, Response
from oifde_simulator.model.operation import Credential
from oifde_simulator.model.sessions import Sessions
from oifde_simulator.oifde.credentials.checks import SecretCheck
from oifde_simulator.oifde.credentials.interface import CredentialCheck
from oifde_simulator.oifde.operations.base import (
    DocumentedOperation,
    ServicePolicy,
    ServiceRequest,
)


class Gettoken(DocumentedOperation):
    """C3 OIAP Interface Authentication."""

    name = "gettoken"
    credential: ClassVar[Credential] = "secret"
    tenant_field = "appKey"
    secret_field = "appSecret"  # noqa: S105  a field's name
    token_field = "authToken"  # noqa: S105
    issues_token = True
    check: ClassVar[CredentialCheck | None] = SecretCheck(secret_field)
    error_members: ClassVar[Mapping[str, Any]] = {"authToken": ""}

    def answer(self, request: ServiceRequest, _sessions: Sessions, _policy: ServicePolicy, /) -> Answer:
        """Answer the issued token and its lifetime in seconds."""
        # errorMsg is "" on success here; the query's is "Success" (C3 OIAP Interface Authentication).
        fields = {"errorCode": 0, "errorMsg": "", "authToken": request.token, "expireTime": request.lifetime}
        return Answer(Response(200, orjson.dumps(fields), JSON_UTF8), fields, (), request.warnings)
