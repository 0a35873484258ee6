"""Formats the values in dialogues, drawn once a session, so that they agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from oifde_simulator.population.screenplays.caller import Caller
from oifde_simulator.population.screenplays.facts import DATES, MONEY, Facts
from oifde_simulator.text import nearest

PLACEHOLDER = re.compile(r"\{(\w*)\}")
Template = tuple[str, tuple[tuple[str, str], ...]]
"""A text with placeholders: its beginning, and each placeholder's name with the text behind it."""


class Values(dict[str, str]):
    """Values by placeholder; a missing value is drawn at its first access."""

    __slots__ = ("_shared", "facts")

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._shared = facts.caller.texts(facts.today)

    def __missing__(self, name: str) -> str:
        if name in SHARED:
            text = self._shared.get(name) or self._shared.setdefault(name, TEXTS[name](self, self.facts))
        else:
            text = TEXTS[name](self, self.facts)
        self[name] = text
        return text

    def fill(self, template: Template) -> str:
        """Put values in the places of a template."""
        filled, rest = template
        for name, text in rest:
            value = self.get(name)  # subscripts of a subclass of dict take four times as long
            filled = f"{filled}{self.__missing__(name) if value is None else value}{text}"
        return filled


Value = Callable[[Values, Facts], str]


def _money(name: str) -> Value:
    return lambda values, facts: facts.formats.format_price(facts[name])


def _day(name: str) -> Value:
    return lambda values, facts: facts.formats.format_day(facts[name])


def _digits(count: int) -> Value:
    return lambda values, facts: facts.draws.digits(count)


def _one_of(name: str) -> Value:
    return lambda values, facts: facts.draws.pick(getattr(facts.formats, name))


def _other_slot(values: Values, facts: Facts) -> str:
    slots = [slot for slot in facts.formats.slots if slot != values["time"]]
    return facts.draws.pick(slots or facts.formats.slots)


def _other(digits: str, taken: str) -> str:
    """Choose four digits other than `taken`."""
    return digits if digits != taken else str(1000 + (int(digits) - 999) % 9000)


def _store(caller: Caller) -> str:
    draws = caller.draws("store")
    return caller.address(caller.person.city, draws.pick(caller.vocabulary.streets), draws)


# Functions that make a value from the session's values and facts.
TEXTS: Mapping[str, Value] = {
    **{name: _money(name) for name in MONEY},
    **{name: _day(name) for name in DATES},
    "digits4": lambda v, f: f.caller.number[-4:] if len(f.caller.number) >= 4 else f.draws.digits(4),
    "operator": lambda v, f: f.formats.operator,
    "name": lambda v, f: f.caller.person.name,
    "city": lambda v, f: f.caller.person.city,
    "street": lambda v, f: f.caller.person.street,
    "address": lambda v, f: f.caller.person.address,
    "company": lambda v, f: f.caller.person.company,
    "package": lambda v, f: f["plan"].name,
    "data": lambda v, f: str(f["plan"].data),
    "small_package": lambda v, f: f["small"].name,
    "small_data": lambda v, f: str(f["small"].data),
    "card4": lambda v, f: f.caller.draws("card").digits(4),
    "puk": lambda v, f: f.caller.draws("puk").digits(8),
    "store_address": lambda v, f: _store(f.caller),
    "new_package": lambda v, f: f["new"].name,
    "new_data": lambda v, f: str(f["new"].data),
    "used": lambda v, f: f"{f['used'] / 10:.1f}",
    "left": lambda v, f: f"{(f['plan'].data * 10 - f['used']) / 10:.1f}",
    "month": lambda v, f: f.formats.months[(f.today.month - 2) % 12],
    "time": _one_of("slots"),
    "other_time": _other_slot,
    "callback_time": _one_of("slots"),
    "store_time": _one_of("store_times"),
    "country": _one_of("countries"),
    "days": lambda v, f: str(f["days"]),
    "order": _digits(10),
    **{name: _digits(8) for name in ("ticket", "case", "refund", "receipt", "reference")},
    "code": _digits(6),
    "voucher": _digits(12),
    "wrong4": lambda v, f: _other(f.draws.digits(4), v["card4"]),
    "second4": lambda v, f: _other(f.caller.draws("second").digits(4), v["digits4"]),
    "other_number": lambda v, f: re.sub("#", lambda _: str(f.draws.below(10)), f.formats.phone),
    "agent": lambda v, f: f.draws.pick(f.caller.vocabulary.first_names),
    "agent_id": _digits(4),
    "minutes": lambda v, f: str(f.draws.between(2, 8)),
    "hours": lambda v, f: str(f.draws.between(2, 6)),
}
SHARED = {
    *("operator", "name", "city", "street", "address", "company", "card4", "puk", "store_address"),
    *("package", "price", "data", "small_package", "small_price", "small_data", "saving", "addon"),
    *("day_pass", "extra", "amount", "month", "due", "renews", "contract_end"),
}
"""Names of values that are equal in all sessions of a user in a month: no draw of a session makes them."""
KNOWN = frozenset({*TEXTS, "ramble"})
"""Names of all placeholders; the composer fills in {ramble}."""


def unknown_placeholder(text: str) -> str | None:
    """Find the first placeholder in `text` without a value, with a suggestion; None when all are known."""
    names: list[str] = PLACEHOLDER.findall(text)
    for name in names:
        if name not in KNOWN:
            close = nearest(name, KNOWN)
            return "{" + name + "}" + (f"; did you mean {{{close}}}?" if close else "")
    return None
