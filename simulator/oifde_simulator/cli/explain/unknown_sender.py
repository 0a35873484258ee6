"""Says how a request file gives what rules ask of the sender, where no request of it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from oifde_simulator.cli.explain.sender import Sender
from oifde_simulator.rules.rule import Rule

GIVEN: dict[str, tuple[str, Callable[[Sender], object]]] = {
    "client": ('"10.0.0.7"', lambda sender: sender.address),
    "connection": ("1", lambda sender: sender.connection),
}
"""What is known of a sender: an example as a file has it, and a test whether a file has it."""
MOST_NAMED = 3
"""Rules that are named."""


def advice(senders: Sequence[Sender], rules: Iterable[Rule]) -> Iterator[str]:
    """Write a line for each thing that rules ask for, and none of the senders gives."""
    asked = [(rule.name, _asked_by(rule)) for rule in rules]
    for name, (example, is_given) in GIVEN.items():
        asking = [rule for rule, names in asked if name in names]
        if asking and not any(map(is_given, senders)):
            written = f'{{"{name}": {example}, "body": {{...}}}}'
            yield f"no {name} is known, and {_named(asking)} for it; in the request file write {written}"


def _asked_by(rule: Rule) -> set[str]:
    """List what the conditions and the counts of a rule ask for; of conditions the parts of `match`."""
    distinct = rule.limits.distinct
    counted = {*rule.per, distinct.name} if distinct else {*rule.per}
    return counted | {place.partition(".")[0] for place in rule.matcher.identifying}


def _named(rules: Sequence[str]) -> str:
    if not rules[1:]:
        return f"rule {rules[0]} asks"
    more = [f"{len(rules) - MOST_NAMED} more"] if len(rules) > MOST_NAMED else []
    names = [*rules[:MOST_NAMED], *more]
    return f"rules {', '.join(names[:-1])} and {names[-1]} ask"
