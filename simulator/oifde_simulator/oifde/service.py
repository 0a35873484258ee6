"""The service on a good day: authenticate, validate, query, render. Pure, and knows no failure of ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

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

    def respond(self, call: Call, now: int) -> Answer:
        """The honest answer to `call` at `now` (epoch milliseconds)."""
        if call.problem is not None:
            return self._refuse(call, (call.problem,), ())
        request = call.request
        reading = self._parameters[call.operation].of(request.body, call.document)
        complaint = content_type_warning(request.headers.get("Content-Type"))
        warnings = (*reading.warnings, complaint) if complaint else reading.warnings
        try:
            return self._operations[call.operation](reading, now, warnings)
        except Refusal as refusal:
            return self._refuse(call, refusal.problems, warnings)

    def refuse(self, call: Call, problem: Problem) -> Answer:
        """The error answer to `problem`, in the shape that `call` expects."""
        return self._refuse(call, (problem,), ())

    def broken(self, call: Call) -> Answer:
        """The answer when the service itself fails."""
        return self._refuse(call, (Problem(INTERNAL_ERROR),), ())

    def _gettoken(self, reading: Reading, now: int, warnings: tuple[str, ...]) -> Answer:
        problem = None if reading.identity else self._credentials.secret_problem(reading.values["appSecret"])
        _raise_first(reading, problem)
        token, lifetime = self._credentials.issue(now)
        return rendering.token(token, lifetime, warnings)

    def _query(self, reading: Reading, now: int, warnings: tuple[str, ...]) -> Answer:
        token = reading.values.get("authToken")
        readable = token is None or isinstance(token, str)
        problem = self._credentials.token_problem(token, now) if readable else None
        _raise_first(reading, problem)
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
