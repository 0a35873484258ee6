"""Requests that went astray in a test: to a wrong path, as another tenant, or unreadable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oifde_simulator.oifde.operations import BY_PATH, TENANT_FIELDS
from oifde_simulator.pytest_plugin.lines import format_in_whole
from oifde_simulator.text import nearest
from oifde_simulator_client import Control, ControlProblem, Exchange


def astray(control: Control, since: int, ids: Sequence[str]) -> list[Exchange]:
    """Find the exchanges after number `since` that are of no test's tenant; `ids` are those of this session.

    They name no tenant that is known, or one that nobody has made, such as one of the gallery.
    """
    of_others = list(control.every_exchange(tenant={"not": {"enum": list(ids)}}, since=since))
    if of_others:
        made = {tenant.id for tenant in control.tenants() if tenant.made}  # of other workers
        of_others = [
            entry for entry in of_others if entry.tenant not in made and _is_on_record(control, entry)
        ]
    found = [*control.every_exchange(tenant=False, since=since), *of_others]
    return sorted(found, key=lambda entry: entry.number)


def _is_on_record(control: Control, entry: Exchange) -> bool:
    """Check that an entry is still there; those of a tenant that another worker has deleted are not."""
    try:
        control.exchange(entry.number)
    except ControlProblem:
        return False
    return True


def format_astray(control: Control, entry: Exchange, ids: Sequence[str]) -> str:
    """Write an exchange that went astray, with what was likely meant."""
    lines = [format_in_whole(control, entry), *(f"    {text}" for text in _hints(control, entry, ids))]
    if entry.tenant:
        lines.insert(1, f'    it was asked as tenant "{entry.tenant}", which no test has made')
    return "\n".join(lines)


def _hints(control: Control, entry: Exchange, ids: Sequence[str]) -> Iterator[str]:
    request = control.exchange(entry.number).request
    target = str(request.get("target") or "")
    if entry.endpoint is None and target:
        path = target.partition("?")[0]
        if request.get("port") and path in BY_PATH:
            port = request["port"]
            yield f"it came by the {port} port; give the client the tenant's url, such as simulator.url"
            return
        near = nearest(path, BY_PATH, cutoff=0.5)
        yield f"target: {target[:200]}" + (f"; did you mean {near}?" if near else "")
        return
    sent = [str(entry.request[name]) for name in TENANT_FIELDS if entry.request.get(name)]
    if sent or entry.tenant:
        near = next((found for name in sent if (found := nearest(name, ids))), "")
        meant = f"did you mean {near}? " if near else ""
        yield f"{meant}give the client the tenant's url and credentials, such as simulator.credentials"
