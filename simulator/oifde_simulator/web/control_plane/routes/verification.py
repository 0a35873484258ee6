"""Verdicts on the exchanges on record."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from oifde_simulator.text import shown
from oifde_simulator.verification import expectations
from oifde_simulator.verification.expectation_kinds import Expectation
from oifde_simulator.verification.expectations import WrongExpectations
from oifde_simulator.verification.verdicts import verdict
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.routes import coverage
from oifde_simulator.web.control_plane.routes.unknown_names import UnknownRules
from oifde_simulator.web.control_plane.routes.values import wrong_body

MOST_MISTAKES = 10
"""Mistakes of a body that are listed."""


async def verify(call: Call) -> web.Response:
    """Judge whether the exchanges on record are as expected."""
    journal, evaluations = call.context.journal, call.context.evaluations
    try:
        expected = await evaluations.run(expectations.read(call.body, journal.redaction))
    except WrongExpectations as error:
        raise _wrong_expectations(error.mistakes) from None
    tokens = await _initial_tokens(call.context)
    past = await journal.snapshot(expected.tenants, expected.since, tokens)
    for tenant in filter(None, expected.tenants):
        if not past.range_of(tenant).entries:
            await _check_tenant(call.context, tenant)
    told = await evaluations.run(verdict(expected, past))
    unknown_rules = UnknownRules(call.context)
    for result, (_, expectation) in zip(told["results"], expected.each, strict=True):
        if not result["passed"] or not result["found"]:
            result["message"] += await _hint(unknown_rules, expectation)
    return json_response(told)


async def _hint(unknown_rules: UnknownRules, expectation: Expectation) -> str:
    """Say as the end of a message which rule of an expectation there is not; empty where there are all."""
    for each in expectation.filters:
        if said := await unknown_rules.message(each):
            return f"; {said}"
    return ""


async def _initial_tokens(context: ControlContext) -> dict[str, str]:
    """Map tenants that were made on demand to the fingerprints of the tokens that they were made with."""
    fingerprint = context.journal.redaction.fingerprint
    return {id: fingerprint(token) for id, token in (await context.tenants.initial_tokens()).items()}


async def _check_tenant(context: ControlContext, tenant: str) -> None:
    """Refuse a tenant that has nothing on record and is not served: its id must be a slip."""
    if not await context.tenants.exists(tenant):
        hint = await context.tenants.hint(tenant)
        raise _wrong_expectations([f"tenant: there is no tenant {shown(tenant)}{hint}"])


def _wrong_expectations(mistakes: Sequence[str]) -> Problem:
    return wrong_body(mistakes[0], errors=mistakes[:MOST_MISTAKES])


ROUTES: RouteTable = {"verify": verify, **coverage.ROUTES}
