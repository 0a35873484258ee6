"""Names in a filter that found nothing: a tenant or a rule that there is not, with the one that may be meant.

Rule: only asked where nothing was found, since it looks through what is on record. What one request asks is
bounded: each list of names is read once, each name looked up once, and few are compared with names like them.
"""

from __future__ import annotations

from collections.abc import Iterable

from oifde_simulator.journal.filters import Filter
from oifde_simulator.model.entry import Entry
from oifde_simulator.stepwise import Steps
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.context import ControlContext

MOST_HINTS = 3
"""Unknown names of one request for which a name like them is looked for."""


async def unknown_name(context: ControlContext, wanted: Filter) -> str:
    """Say which tenant or rule of a filter there is not; empty where there are all.

    A tenant that is served no more is known as long as it has entries.
    """
    id = wanted.tenant
    if id and not await context.tenants.exists(id) and not await context.journal.has_entries(id):
        return f"there is no tenant {shown(id)}{await context.tenants.hint(id)}"
    return await UnknownRules(context).message(wanted)


class UnknownRules:
    """Look-up of the rules that the filters of one request want."""

    def __init__(self, context: ControlContext) -> None:
        """Look nothing up yet."""
        self._context = context
        self._served: dict[str | None, set[str]] = {}
        """Names of rules by tenant, None for all tenants."""
        self._known: dict[str | None, set[str]] = {}
        """The same, with the names on record."""
        self._messages: dict[tuple[str | None, str], str] = {}
        self._hints_left = MOST_HINTS

    async def message(self, wanted: Filter) -> str:
        """Say that there is no rule of the name that a filter wants; empty where there is or was one."""
        if not wanted.rule:
            return ""
        key = wanted.tenant, wanted.rule
        if key not in self._messages:
            self._messages[key] = await self._look_up(*key)
        return self._messages[key]

    async def _look_up(self, tenant: str | None, rule: str) -> str:
        if tenant not in self._served:
            self._served[tenant] = await _rules(self._context, tenant)
        if rule in self._served[tenant]:
            return ""
        if tenant not in self._known:
            self._known[tenant] = self._served[tenant] | await _rules_on_record(self._context, tenant)
        if rule in self._known[tenant]:
            return ""
        near = await self._hint(tenant, rule)
        if not (near or tenant):  # a tenant that was never asked may have it
            return ""
        place = f"tenant {shown(tenant)} has no rule" if tenant else "no rule is called"
        return f"{place} {shown(rule)}{near}"

    async def _hint(self, tenant: str | None, rule: str) -> str:
        """Suggest a known rule that is like an unknown one, while few were suggested."""
        if not self._hints_left:
            return ""
        self._hints_left -= 1
        from oifde_simulator.web.control_plane.services.suggestions import suggestion  # seldom wanted

        return await self._context.evaluations.run(suggestion(rule, self._known[tenant]))


async def _rules(context: ControlContext, tenant: str | None) -> set[str]:
    """Name the rules of a tenant, of none that is not served; or those of all tenants that are counted."""
    if tenant is None:
        return {rule.name for each in await context.coverage() for rule in each.rules.values()}
    if not tenant or not await context.tenants.exists(tenant):
        return set()
    return {rule.name for rule in await context.rules.all(tenant)}


async def _rules_on_record(context: ControlContext, tenant: str | None) -> set[str]:
    """Name the rules that spoiled an answer on record, or were held back."""
    return await context.evaluations.run(_rules_of(await context.journal.entries(tenant)))


def _rules_of(entries: Iterable[Entry]) -> Steps[set[str]]:
    """Name the rules of entries, a step each."""
    found: set[str] = set()
    for entry in entries:
        found.update(entry.rules, (rule for rule, _ in entry.held_back))
        yield
    return found
