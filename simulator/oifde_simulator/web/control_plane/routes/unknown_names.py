"""Names in a filter that found nothing: a tenant or a rule that there is not, with the one that may be meant.

Rule: only asked where nothing was found, since it looks through what is on record.
"""

from __future__ import annotations

from collections.abc import Iterable

from oifde_simulator.journal.filters import Filter
from oifde_simulator.model.entry import Entry
from oifde_simulator.stepwise import Steps
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.web.control_plane.context import ControlContext


async def unknown_name(context: ControlContext, wanted: Filter) -> str:
    """Say which tenant or rule of a filter there is not; empty where there are all.

    A tenant that is served no more is known as long as it has entries.
    """
    id = wanted.tenant
    if id and not await context.tenants.exists(id) and not await context.journal.has_entries(id):
        return f"there is no tenant {shown(id)}{await context.tenants.hint(id)}"
    return await unknown_rule(context, wanted)


async def unknown_rule(context: ControlContext, wanted: Filter) -> str:
    """Say that there is no rule of the name that a filter wants; empty where there is one, or was one."""
    if not wanted.rule:
        return ""
    present = await _rules(context, wanted.tenant)
    if wanted.rule in present:
        return ""
    known = present | await _rules_on_record(context, wanted.tenant)
    near = did_you_mean(wanted.rule, sorted(known))
    if wanted.rule in known or not (near or wanted.tenant):  # a tenant that was never asked may have it
        return ""
    place = f"tenant {shown(wanted.tenant)} has no rule" if wanted.tenant else "no rule is called"
    return f"{place} {shown(wanted.rule)}{near}"


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
