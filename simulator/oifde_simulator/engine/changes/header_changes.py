"""What the `headers` of rules have changed in the head of an answer, one header after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from oifde_simulator.model.exchange import Exchange
from oifde_simulator.rules.answers.headers import SetHeaders
from oifde_simulator.rules.rule import Rule


class HeaderChange(NamedTuple):
    """One header that is otherwise than in the honest answer."""

    name: str
    how: Literal["added", "removed", "replaced"]
    before: str | None
    """Honest value; None where there is none."""
    after: str | None
    """Value that was decided, before faults; None where there is none."""


def header_changes(fired: Iterable[Rule], exchange: Exchange) -> tuple[HeaderChange, ...]:
    """List the changes of headers that rules are about which fired."""
    wanted = {name for rule in fired for action, _ in rule.actions for name in _names(action.reshapes)}
    if not wanted:
        return ()
    honest, sent = exchange.honest.response.headers, exchange.response.headers
    before = {name.lower(): (name, value) for name, value in honest if name.lower() in wanted}
    after = {name.lower(): (name, value) for name, value in sent if name.lower() in wanted}
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return tuple(_change(before.get(name), after.get(name)) for name in changed)


def _names(steps: Iterable[object]) -> Iterable[str]:
    return (name for step in steps if isinstance(step, SetHeaders) for name in step.names)


def _change(before: tuple[str, str] | None, after: tuple[str, str] | None) -> HeaderChange:
    name, _ = after or before or ("", "")
    how: Literal["added", "removed", "replaced"]
    how = "added" if before is None else "removed" if after is None else "replaced"
    return HeaderChange(name, how, before and before[1], after and after[1])
