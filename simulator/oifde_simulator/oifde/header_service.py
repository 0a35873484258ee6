"""Change the headers of honest answers as the policy says."""

from __future__ import annotations

from collections.abc import Sequence

from oifde_simulator.model.credential_step import Admission
from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import Headers, Response
from oifde_simulator.model.sessions import Sessions
from oifde_simulator.model.vendor_errors import Problem
from oifde_simulator.oifde.credentials.interface import Credentials
from oifde_simulator.oifde.operations.base import ServiceRequest
from oifde_simulator.oifde.policy.service_policy import HeaderChanges, ServicePolicy
from oifde_simulator.oifde.router import Call
from oifde_simulator.oifde.service import Service


def service_of(credentials: Credentials, sessions: Sessions, policy: ServicePolicy) -> Service:
    """Make the service of a tenant; one without changes of headers does nothing for them."""
    kind = HeaderService if policy.response_headers else Service
    return kind(credentials, sessions, policy)


class HeaderService(Service):
    """Service whose answers have other headers than ours."""

    def respond(self, call: Call, request: ServiceRequest, admission: Admission) -> Answer:
        """Answer honestly, with the policy's headers."""
        return self._changed(super().respond(call, request, admission))

    def refuse(self, call: Call, problem: Problem) -> Answer:
        """Answer `problem` in the error shape that `call` expects, with the policy's headers."""
        return self._changed(super().refuse(call, problem))

    def _changed(self, answer: Answer) -> Answer:
        changes, render = self.policy.response_headers, answer.render
        answer.response.headers = changed(answer.response.headers, changes)
        if render is None:
            return answer

        def rendered(encoded: Sequence[bytes], total: int) -> Response:
            """Render other records, with the same headers."""
            response = render(encoded, total)
            response.headers = changed(response.headers, changes)
            return response

        answer.render = rendered
        return answer


def changed(headers: Headers, changes: HeaderChanges) -> Headers:
    """Replace headers of the same names where they stand, leave out those with None, add the others."""
    wanted = {name.lower(): (name, value) for name, value in changes}
    result = []
    for name, value in headers:
        new_name, new_value = wanted.pop(name.lower(), (name, value))
        if new_value is not None:
            result.append((new_name, new_value))
    result += [(name, value) for name, value in wanted.values() if value is not None]
    return tuple(result)
