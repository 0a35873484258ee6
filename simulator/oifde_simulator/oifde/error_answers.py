"""Answer problems of a request with the code, status and members that the policy says.

Rule: the problem and its words stay the same in log and journal.
"""

from __future__ import annotations

from dataclasses import replace

import orjson

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.problem_kinds import GROUPS, GROUPS_OF_CODES, code_of
from oifde_simulator.model.vendor_errors import BY_CODE, Problem, VendorError
from oifde_simulator.oifde.policy.service_policy import ServicePolicy, status_of
from oifde_simulator.oifde.router import Call


class ErrorAnswers:
    """Writes the error answers of one tenant."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._codes = dict(policy.codes)
        self._trims = policy.error_body != "full" or policy.error_message != "detailed"

    def answer(self, call: Call, problems: tuple[Problem, ...], warnings: tuple[str, ...]) -> Answer:
        """Answer the first of `problems` in the error shape that `call` expects."""
        if self._codes:
            problems = tuple(map(self._coded, problems))
        status = self._status(call.endpoint, problems[0])
        operation = call.error_shape
        answer = operation.refuse(problems, status=status, headers=call.headers, warnings=warnings)
        return self._trimmed(answer, call) if self._trims else answer

    def _coded(self, problem: Problem) -> Problem:
        """Give a problem the code that the policy has for its kind."""
        code = code_of(problem.kind, self._codes)
        if code is None:
            return problem
        return replace(problem, error=BY_CODE.get(code, VendorError(code, "", problem.error.message)))

    def _status(self, operation: str, problem: Problem) -> int:
        if not self._policy.error_statuses:
            return self._policy.error_status
        group = GROUPS.get(problem.kind) or GROUPS_OF_CODES.get(problem.error.code, "")
        return status_of(self._policy, operation, problem.kind, group)

    def _trimmed(self, answer: Answer, call: Call) -> Answer:
        """Leave out of an error answer what the policy does not want."""
        fields = dict(answer.fields)
        if self._policy.error_body == "bare":
            for member in call.error_shape.error_members:
                fields.pop(member, None)
        if self._policy.error_message == "documented" and "errorMsg" in fields:
            fields["errorMsg"] = answer.problems[0].error.message
        answer.response.body = orjson.dumps(fields)
        answer.fields = fields
        return answer
