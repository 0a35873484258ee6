"""Answer calls as the service does on a good day: validate, check the credential, answer.

Rule: no failure of a scenario is known here; the answer depends on request, tenant and time alone.
"""

from __future__ import annotations

from copy import copy

from oifde_simulator.model.credential_step import Admission
from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.sessions import Sessions
from oifde_simulator.model.vendor_errors import INTERNAL_ERROR, Problem
from oifde_simulator.oifde.credentials.interface import Credentials
from oifde_simulator.oifde.operations import OPERATIONS
from oifde_simulator.oifde.operations.base import ServicePolicy, ServiceRequest
from oifde_simulator.oifde.reading import Reading
from oifde_simulator.oifde.router import Call
from oifde_simulator.oifde.validation import body_reader, content_type_warning

NO_READING = Reading({})


class Service:
    """Answers the calls of one tenant."""

    def __init__(self, credentials: Credentials, sessions: Sessions, policy: ServicePolicy) -> None:
        self._credentials = credentials
        self._sessions = sessions
        self._policy = policy
        self._readers = {operation.name: body_reader((operation, policy)) for operation in OPERATIONS}

    def with_credentials(self, credentials: Credentials) -> Service:
        """Copy the service with other credentials; the copy shares all else."""
        other = copy(self)
        other._credentials = credentials
        return other

    def read(self, call: Call, now: int) -> ServiceRequest:
        """Read `call` at `now` (epoch milliseconds), up to the credential that the state may judge."""
        operation, request = call.operation, call.request
        if operation is None or call.problem is not None:
            return ServiceRequest(NO_READING, now)
        own = operation.own_reader
        if own is None:
            reading = self._readers[operation.name].read(request.body, call.document)
        else:
            reading = own.read(request)
        warnings = reading.warnings
        if operation.has_body and (complaint := content_type_warning(request.headers.get("Content-Type"))):
            warnings = (*warnings, complaint)
        check = operation.check
        step = check.step(reading, self._credentials, now) if check else None
        return ServiceRequest(reading, now, warnings, step)

    def respond(self, call: Call, request: ServiceRequest, admission: Admission) -> Answer:
        """Answer honestly; `admission` is the judgement of the credential."""
        operation, reading = call.operation, request.reading
        if operation is None or call.problem is not None:
            return self.refuse(call, call.problem or Problem(INTERNAL_ERROR))
        check = operation.check
        problem = check.problem(reading, self._credentials, admission) if check else None
        if problem or reading.problems or reading.identity:
            return self._refuse(call, _in_order(reading, problem), request.warnings)
        if operation.issues_token:
            request.token, request.lifetime = self._credentials.issue(request.now, admission.number)
        return operation.answer(request, self._sessions, self._policy)

    def refuse(self, call: Call, problem: Problem) -> Answer:
        """Answer `problem` in the error shape that `call` expects."""
        return self._refuse(call, (problem,), ())

    def broken(self, call: Call) -> Answer:
        """Answer a failure of the service itself."""
        return self.refuse(call, Problem(INTERNAL_ERROR))

    def _refuse(self, call: Call, problems: tuple[Problem, ...], warnings: tuple[str, ...]) -> Answer:
        status = self._policy.error_status
        return call.error_shape.refuse(problems, status=status, headers=call.headers, warnings=warnings)


def _in_order(reading: Reading, credential: Problem | None) -> tuple[Problem, ...]:
    """Put the problems of a request in the order in which the service finds them."""
    # Guess: [check-order] who asks, then token or secret, then the rest; two faults at once would settle it.
    return (*reading.identity, *((credential,) if credential else ()), *reading.problems)
