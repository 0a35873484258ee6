"""The service on a good day: authenticate, validate, query, render. Pure, and knows no failure of ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from oifde_simulator.model.credential_step import Admission, SecretStep, TokenStep
from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.sessions import Sessions
from oifde_simulator.model.vendor_errors import INTERNAL_ERROR, Problem, Refusal
from oifde_simulator.oifde import query, rendering
from oifde_simulator.oifde.credentials import Credentials
from oifde_simulator.oifde.router import GETTOKEN, QUERY, Call
from oifde_simulator.oifde.validation import Parameters, Reading, content_type_warning


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the service behaves where the vendor's documents leave it open."""

    # Guess: [time-zone] the newest manual says UTC, IDs show UTC+8; a query around one call would settle it.
    time_zone: tzinfo = UTC
    """In which beginTime and endTime are read."""
    # Guess: [error-status] sibling interfaces judge by 200 and errorCode; a capture would settle it.
    error_status: int = 200
    """The HTTP status of an error answer."""
    accept_numbers: bool = False
    """Whether a number passes for a string."""
    refuse_unknown: bool = False
    """Whether a field that no table names is an error."""
    flow_record: bool = True
    """FLOWRECORDFLAG: whether session records are kept at all."""


@dataclass(slots=True)
class Asked:
    """A call as the service reads it."""

    call: Call
    reading: Reading
    warnings: tuple[str, ...]
    step: TokenStep | SecretStep | None = None
    """Credential that the state may have to judge; None where there is none."""


NO_READING = Reading({})


class Service:
    """Answers the calls of one tenant."""

    def __init__(self, credentials: Credentials, sessions: Sessions, conduct: Conduct) -> None:
        self._credentials = credentials
        self._sessions = sessions
        self._conduct = conduct
        self._parameters = {
            operation: Parameters(
                operation, accept_numbers=conduct.accept_numbers, refuse_unknown=conduct.refuse_unknown
            )
            for operation in (GETTOKEN, QUERY)
        }
        self._operations = {GETTOKEN: self._gettoken, QUERY: self._query}
        self._steps = {GETTOKEN: self._secret_step, QUERY: self._token_step}

    def read(self, call: Call, now: int) -> Asked:
        """Read `call` at `now` (epoch milliseconds), up to the credential that the state may judge."""
        if call.problem is not None:
            return Asked(call, NO_READING, ())
        request = call.request
        reading = self._parameters[call.operation].of(request.body, call.document)
        complaint = content_type_warning(request.headers.get("Content-Type"))
        warnings = (*reading.warnings, complaint) if complaint else reading.warnings
        return Asked(call, reading, warnings, self._steps[call.operation](reading, now))

    def respond(self, asked: Asked, now: int, admission: Admission) -> Answer:
        """Answer honestly at `now` (epoch milliseconds)."""
        call = asked.call
        if call.problem is not None:
            return self._refuse(call, (call.problem,), ())
        try:
            return self._operations[call.operation](asked, now, admission)
        except Refusal as refusal:
            return self._refuse(call, refusal.problems, asked.warnings)

    def refuse(self, call: Call, problem: Problem) -> Answer:
        """The error answer to `problem`, in the shape that `call` expects."""
        return self._refuse(call, (problem,), ())

    def broken(self, call: Call) -> Answer:
        """The answer when the service itself fails."""
        return self._refuse(call, (Problem(INTERNAL_ERROR),), ())

    def _secret_step(self, reading: Reading, now: int) -> SecretStep | None:
        del now
        if reading.identity:
            return None
        return self._credentials.secret_step(reading.values["appSecret"], issues=not reading.problems)

    def _token_step(self, reading: Reading, now: int) -> TokenStep | None:
        token = reading.values.get("authToken")
        return self._credentials.token_step(token, now) if token is None or isinstance(token, str) else None

    def _gettoken(self, asked: Asked, now: int, admission: Admission) -> Answer:
        reading = asked.reading
        problem = None if reading.identity else self._credentials.secret_problem(admission.secret)
        _raise_first(reading, problem)
        token, lifetime = self._credentials.issue(now, admission.number)
        return rendering.token(token, lifetime, asked.warnings)

    def _query(self, asked: Asked, now: int, admission: Admission) -> Answer:
        reading, warnings = asked.reading, asked.warnings
        token = reading.values.get("authToken")
        readable = token is None or isinstance(token, str)
        _raise_first(reading, self._credentials.token_problem(admission.token) if readable else None)
        if not self._conduct.flow_record:
            # Guess: [flow-record] disabled means success with nothing; a system without it would settle it.
            return rendering.records((), NOTHING, warnings)
        wanted = reading.wanted
        if wanted is None:
            wanted = reading.wanted = query.wanted(reading.values, self._conduct.time_zone)
        selection = self._sessions.select(wanted.criteria, now)
        return rendering.records(selection, wanted.page, warnings)

    def _refuse(self, call: Call, problems: tuple[Problem, ...], warnings: tuple[str, ...]) -> Answer:
        return rendering.refusal(
            call.shape,
            problems,
            status=self._conduct.error_status,
            headers=call.headers,
            warnings=warnings,
        )


NOTHING = slice(0, 0)


def _raise_first(reading: Reading, authentication: Problem | None) -> None:
    if authentication is None and not reading.problems and not reading.identity:
        return
    # Guess: [check-order] who asks, then token or secret, then the rest; two faults at once would settle it.
    problems = (*reading.identity, *((authentication,) if authentication else ()), *reading.problems)
    raise Refusal(*problems)
