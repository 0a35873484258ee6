"""Answer gettoken: exchange a tenant's secret for a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from oifde_simulator.model.credential_step import Admission, SecretStep
from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import JSON_UTF8, Response
from oifde_simulator.model.operation import Credential
from oifde_simulator.model.sessions import Sessions
from oifde_simulator.model.vendor_errors import Problem
from oifde_simulator.oifde.credentials import Credentials
from oifde_simulator.oifde.operation import DocumentedOperation, Reading, ServicePolicy, ServiceRequest


class Gettoken(DocumentedOperation):
    """C3 OIAP Interface Authentication."""

    name = "gettoken"
    credential: ClassVar[Credential] = "secret"
    tenant_field = "appKey"
    secret_field = "appSecret"  # noqa: S105  a field's name
    token_field = "authToken"  # noqa: S105
    issues_token = True
    error_members: ClassVar[Mapping[str, Any]] = {"authToken": ""}

    def credential_step(self, reading: Reading, credentials: Credentials, now: int) -> SecretStep | None:  # noqa: ARG002
        """Compare the secret; wish for a token only where no other field is wrong."""
        if reading.identity:
            return None
        return credentials.secret_step(reading.values[self.secret_field], issues=not reading.problems)

    def credential_problem(
        self, reading: Reading, credentials: Credentials, admission: Admission
    ) -> Problem | None:
        """Name the problem of the secret, unless who asks is wrong already."""
        return None if reading.identity else credentials.secret_problem(admission.secret)

    def answer(self, request: ServiceRequest, sessions: Sessions, policy: ServicePolicy) -> Answer:  # noqa: ARG002
        """Answer the issued token and its lifetime in seconds."""
        # errorMsg is "" on success here; the query's is "Success" (C3 OIAP Interface Authentication).
        fields = {"errorCode": 0, "errorMsg": "", "authToken": request.token, "expireTime": request.lifetime}
        return Answer(Response(200, orjson.dumps(fields), JSON_UTF8), fields, (), request.warnings)
