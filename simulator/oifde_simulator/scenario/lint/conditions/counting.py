"""Checks what a rule counts by (`per`, `after: {distinct}`) and how much of it (`over`, `after`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator.rules.conditions.counted_fields import CLIENT, CONNECTION, HEADER, SENDERS, is_field
from oifde_simulator.rules.conditions.networks import networks
from oifde_simulator.scenario.lint.conditions.match import HEADER_NAME, fields
from oifde_simulator.scenario.lint.finding import Finding, value_at
from oifde_simulator.text import counted, did_you_mean, shown

REQUESTS = ("match", "connection", "requests")


def lint(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the counting of a rule that fits the schema."""
    known = fields("request", rule.get("match", {}).get("endpoint"))
    for place, name in enumerate(rule.get("per", ())):
        if message := _name_error("per", name, known):
            yield Finding(("per", place), message)
    distinct = value_at(rule, ("after", "distinct"))
    if distinct is not None and (message := _name_error("distinct", distinct, known)):
        yield Finding(("after", "distinct"), message)
    yield from _in_flight(rule.get("over", {}))


def _in_flight(over: Mapping[str, Any]) -> Iterator[Finding]:
    others = [name for name in over if name != "in_flight"]
    if "in_flight" in over and others:
        rest = " and ".join(others)
        message = f"stands alone in over; keep in_flight or {rest}, or write a rule for each"
        yield Finding(("over", "in_flight"), message, on_key=True)


def _name_error(key: str, name: str, known: Mapping[str, str]) -> str:
    """Say why nothing is counted by a name; "" where something is."""
    if name.startswith(HEADER) or name == HEADER.rstrip("."):
        return _header_error(name.removeprefix(HEADER) if name.startswith(HEADER) else "")
    if name in known or not is_field(name):
        return ""
    return f"no field of this request is called {shown(name)}{_hint(key, name, known)}"


def _header_error(name: str) -> str:
    if HEADER_NAME.fullmatch(name):
        return ""
    return f"no header can be called {shown(name)}; write {HEADER}NAME, such as {HEADER}X-Trace"


MEANT = {
    "ip": "client", "address": "client", "remote_addr": "client", "user": "userMobile", "phone": "userMobile",
    "number": "userMobile", "socket": "connection", "page": "pageNum", "tenant": "tenantId", "app": "appKey",
}  # fmt: skip
"""Other words for what can be counted, in small letters."""


def _hint(key: str, name: str, known: Mapping[str, str]) -> str:
    part, dot, rest = name.partition(".")
    if dot and part.lower() in ("request", "body") and rest in known:
        return f"; write {rest} alone"
    if dot and part.lower() in ("header", "headers", "request_headers") and HEADER_NAME.fullmatch(rest):
        return f"; write {HEADER}{rest}"
    if near := did_you_mean(name, (*known, *SENDERS)):
        return near
    if (meant := MEANT.get(name.lower())) in (*known, *SENDERS):
        return f'; did you mean "{meant}"?'
    names = ", ".join((*known, *SENDERS))
    if "-" in name and HEADER_NAME.fullmatch(name):
        return f"; for a header write {HEADER}{name}"
    return f"; {key} takes {names}, and {HEADER}NAME for a header"


def warnings(given: Mapping[str, Any]) -> Iterator[Finding]:
    """Find counting in a rule without mistakes that never lets it fire; all are warnings."""
    per = given.get("per", ())
    if CONNECTION in per and "in_flight" in given.get("over", {}):
        yield Finding(
            ("over", "in_flight"),
            "can never fire: a connection has one request in flight at a time; write another per",
        )
    if CONNECTION in per and _is_one(value_at(given, REQUESTS)):
        yield from _once(given)
    yield from _distinct(given, per)


def _is_one(wanted: Any) -> bool:
    """Check that a condition on the number of a request fits one number alone."""
    if isinstance(wanted, Mapping):
        return "const" in wanted or len(wanted.get("enum", ())) == 1
    return isinstance(wanted, int) and not isinstance(wanted, bool)


def _once(given: Mapping[str, Any]) -> Iterator[Finding]:
    cause = "one request of each connection has this number, and per counts each connection by itself"
    after = given.get("after", 0)
    if isinstance(after, Mapping) or after:
        yield Finding(("after",), f"can never fire: {cause}")
    if given.get("every", 1) > 1:
        yield Finding(("every",), f"can never fire: {cause}")


def _distinct(given: Mapping[str, Any], per: Sequence[str]) -> Iterator[Finding]:
    after = given.get("after")
    if not isinstance(after, Mapping):
        return
    name, count, path = after["distinct"], after["count"], ("after", "distinct")
    if _is_same(name, per):
        message = f"can never fire: each value of per has one {name}; count another, or leave it out of per"
        yield Finding(path, message)
    elif name == CLIENT and CONNECTION in per:
        yield Finding(path, "can never fire: a connection has one client; leave connection out of per")
    elif (most := _most_values(name, given.get("match", {}))) is not None and most <= count:
        found = counted(most, "value")
        message = f"can never fire: match lets {found} of {name} in, and more than {count} are wanted"
        yield Finding(("after", "count"), message)


def _is_same(name: str, per: Sequence[str]) -> bool:
    """Check that a name is in `per`; headers are the same in any case."""
    if not name.startswith(HEADER):
        return name in per
    return name.lower() in (each.lower() for each in per if each.startswith(HEADER))


def _most_values(name: str, match: Mapping[str, Any]) -> int | None:
    """Count the values of what is read by `name` that a match lets in; None where that is hard to say."""
    if name == CLIENT:
        return sum(each.num_addresses for each in networks(match["client"])) if "client" in match else None
    if name == CONNECTION:
        return None
    part, key = ("headers", name.removeprefix(HEADER)) if name.startswith(HEADER) else ("request", name)
    wanted = {(k.lower() if part == "headers" else k): each for k, each in match.get(part, {}).items()}
    key = key.lower() if part == "headers" else key
    if key not in wanted or wanted[key] is True:
        return None
    if not isinstance(wanted[key], Mapping):
        return 1
    return 1 if "const" in wanted[key] else len(wanted[key]["enum"]) if "enum" in wanted[key] else None
