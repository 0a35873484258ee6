"""Answer calls as the service does on a good day: validate, check the credential, answer.

Rule: no failure of a scenario is known here; the answer depends on request, tenant and time alone.
"""

from __future__ import annotations

from copy import copy

from oifde_simulator.model.credential_step import Admission
from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.sessions import Sessions
from oifde_simulator.model.vendor_errors import INTERNAL_ERROR, PARAMETER_INCORRECT, Problem
from oifde_simulator.oifde.content_type import content_type_warning
from oifde_simulator.oifde.credentials.interface import Credentials
from oifde_simulator.oifde.error_answers import ErrorAnswers
from oifde_simulator.oifde.operations.base import Refused, ServiceRequest
from oifde_simulator.oifde.policy.service_policy import ServicePolicy
from oifde_simulator.oifde.preparation import prepared
from oifde_simulator.oifde.reading import Reading
from oifde_simulator.oifde.router import Call

NO_READING = Reading({})
UNSUPPORTED_MEDIA_TYPE = 415
DEFECT = Problem(INTERNAL_ERROR, kind="internal")
"""Failure of the service itself."""


class Service:
    """Answers the calls of one tenant."""

    def __init__(self, credentials: Credentials, sessions: Sessions, policy: ServicePolicy) -> None:
        self._credentials = credentials
        self.sessions = sessions
        """Sessions as the policy arranges them."""
        self.policy = policy
        self._errors = ErrorAnswers(policy)
        self._prepared = prepared(policy)

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
        reader, check = self._prepared[operation]
        own = operation.own_reader
        reading = own.read(request) if own else reader.read(request.body, call.document, novel=request.novel)
        warnings = reading.warnings
        if operation.has_body and (complaint := content_type_warning(request.headers.get("Content-Type"))):
            if self.policy.refuse_content_type:
                return ServiceRequest(_refused(reading, complaint), now, warnings)
            warnings = (*warnings, complaint)
        step = check.step(reading, self._credentials, now) if check else None
        return ServiceRequest(reading, now, warnings, step, check)

    def respond(self, call: Call, request: ServiceRequest, admission: Admission) -> Answer:
        """Answer honestly; `admission` is the judgement of the credential."""
        operation, reading = call.operation, request.reading
        if operation is None or call.problem is not None:
            return self.refuse(call, call.problem or DEFECT)
        check = request.check
        problem = check.problem(reading, self._credentials, admission) if check else None
        if problem or reading.problems or reading.identity:
            return self._errors.answer(call, _in_order(reading, problem), request.warnings)
        if operation.issues_token:
            request.token, request.lifetime = self._credentials.issue(request.now, admission.number)
        try:
            return operation.answer(request, self.sessions, self.policy)
        except Refused as refused:
            return self._errors.answer(call, (refused.problem,), request.warnings)

    def refuse(self, call: Call, problem: Problem) -> Answer:
        """Answer `problem` in the error shape that `call` expects."""
        return self._errors.answer(call, (problem,), ())

    def broken(self, call: Call) -> Answer:
        """Answer a failure of the service itself."""
        return self.refuse(call, DEFECT)


def _refused(reading: Reading, complaint: str) -> Reading:
    """Put the Content-Type before all other problems."""
    problem = Problem(PARAMETER_INCORRECT, complaint, UNSUPPORTED_MEDIA_TYPE, kind="parameter")
    return Reading(reading.values, (problem, *reading.identity), reading.problems)


def _in_order(reading: Reading, credential: Problem | None) -> tuple[Problem, ...]:
    """Put the problems of a request in the order in which the service finds them."""
    # Guess: [check-order] who asks, then token or secret, then the rest; two faults at once would settle it.
    return (*reading.identity, *((credential,) if credential else ()), *reading.problems)
