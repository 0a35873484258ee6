"""Texts of scenarios and rules, checked while somebody writes them.

Rule: one text at a time, in a thread, since a long one takes a while; those of clients that have left are
not begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from oifde_simulator.immediate import aside
from oifde_simulator.scenario.errors import ScenarioError
from oifde_simulator.state.errors import CapacityExceeded, DuplicateName
from oifde_simulator.tenants import Tenant, Tenants
from oifde_simulator.tenants.admin import TenantAdmin
from oifde_simulator.tenants.factory import NAMELESS
from oifde_simulator.tenants.worlds import ORIGIN
from oifde_simulator.text import dotted, shown
from oifde_simulator.web.control_plane.evaluations import PATIENCE, check_client
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.services.errors import MOST_MISTAKES, named_tenant

if TYPE_CHECKING:
    from oifde_simulator.scenario.text_check import TextCheck

RULES = "rules"
TOO_LONG = (
    f"not checked within {PATIENCE:g} s; others are checked too, or the text is long: ask again, or send less"
)


class CheckService:
    """Check texts for the tenants of one server."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants
        self._admin = TenantAdmin(tenants)
        self._turn = asyncio.Semaphore(1)

    async def scenario(self, text: str, tenant: str | None) -> dict[str, Any]:
        """Check the text of a scenario, for a tenant that is served if one is named. Raises Problem."""
        from oifde_simulator.scenario.text_check import check_scenario  # slow to import

        if tenant is not None:
            await named_tenant(self._tenants, tenant)
        found = await self._aside(lambda: check_scenario(text, ORIGIN, NAMELESS))
        return _as_json(found.errors, found, "scenario")

    async def rules(self, text: str, tenant: str | None) -> dict[str, Any]:
        """Check the text of rules, as added to a tenant if one is named. Raises Problem."""
        from oifde_simulator.scenario.text_check import check_rules  # slow to import

        if tenant is not None:
            await named_tenant(self._tenants, tenant)
        found = await self._aside(lambda: check_rules(text, RULES))
        errors = found.errors
        if tenant is not None and not errors:
            errors = await self._taken(await named_tenant(self._tenants, tenant), found)
        return _as_json(errors, found, "rules")

    async def _aside(self, check: Callable[[], TextCheck]) -> TextCheck:
        """Check in a thread; the turn lasts until the thread is done, whoever has left meanwhile."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turn.acquire()
                work = asyncio.ensure_future(self._checked(check))
                return await asyncio.shield(work)
        except TimeoutError:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-much-work", TOO_LONG) from None

    async def _checked(self, check: Callable[[], TextCheck]) -> TextCheck:
        try:
            check_client()
            return await aside(check)
        finally:
            self._turn.release()

    async def _taken(self, tenant: Tenant, found: TextCheck) -> tuple[ScenarioError, ...]:
        """Say what keeps good rules from being added to a tenant: a name, or their number."""
        try:
            await self._admin.new_names(tenant, found.value)
        except DuplicateName as name:
            message = f"there is a rule {shown(str(name))}; choose another name, or remove that rule first"
            return (_at_name(found, str(name), message),)
        except CapacityExceeded as error:
            return (ScenarioError(RULES, 0, 0, (), str(error)),)
        return ()


def _at_name(found: TextCheck, name: str, message: str) -> ScenarioError:
    from oifde_simulator.scenario.text_check import located

    places = (place for place, rule in enumerate(found.value) if rule.get("name") == name)
    return located(found, (next(places, 0), "name"), message)


def _as_json(errors: Sequence[ScenarioError], found: TextCheck, kind: str) -> dict[str, Any]:
    value = None if errors else found.value
    return {
        "valid": not errors,
        "errors": [_error(each) for each in errors[:MOST_MISTAKES]],
        "warnings": [_error(each) for each in found.warnings[:MOST_MISTAKES]],
        "rules": value if kind == "rules" else None,
        "scenario": value if kind == "scenario" else None,
    }


def _error(error: ScenarioError) -> dict[str, Any]:
    """Write a mistake with its place; its message ends where the fix begins."""
    message, fix = parted(error.message)
    return {
        "line": error.line or None,
        "column": error.column or None,
        "path": dotted(error.path),
        "message": message,
        "fix": fix,
    }


def parted(message: str) -> tuple[str, str]:
    """Part a message at its first semicolon that is not within quotation marks."""
    quoted = False
    for place, character in enumerate(message):
        if character == '"':
            quoted = not quoted
        elif character == ";" and not quoted and message[place + 1 : place + 2] == " ":
            return message[:place], message[place + 2 :]
    return message, ""
