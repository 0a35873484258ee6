"""Formats the values in dialogues, drawn once a session, so that they agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from oifde_simulator.population.screenplays.facts import DATES, MONEY, Facts, format_address
from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.text import nearest

PLACEHOLDER = re.compile(r"\{(\w*)\}")


class Values(dict[str, str]):
    """Values by placeholder; a missing value is drawn at its first access."""

    __slots__ = ("facts",)

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def __missing__(self, name: str) -> str:
        text = self[name] = TEXTS[name](self, self.facts)
        return text


Text = Callable[[Values, Facts], str]


def _money(name: str) -> Text:
    return lambda values, facts: facts.formats.format_price(facts[name])


def _day(name: str) -> Text:
    return lambda values, facts: facts.formats.format_day(facts[name])


def _digits(count: int) -> Text:
    return lambda values, facts: facts.draws.digits(count)


def _one_of(name: str) -> Text:
    return lambda values, facts: facts.draws.pick(getattr(facts.formats, name))


def _other_slot(values: Values, facts: Facts) -> str:
    slots = [slot for slot in facts.formats.slots if slot != values["time"]]
    return facts.draws.pick(slots or facts.formats.slots)


def _own(facts: Facts, purpose: str) -> KeyedRandom:
    """Make draws that depend on the user alone."""
    return KeyedRandom(key(facts.caller.hex(), purpose))


def _other(digits: str, taken: str) -> str:
    """Choose four digits other than `taken`."""
    return digits if digits != taken else str(1000 + (int(digits) - 999) % 9000)


def _store(values: Values, facts: Facts) -> str:
    draws = _own(facts, "store")
    return format_address(facts, values["city"], draws.pick(facts.vocabulary.streets), draws)


# Functions that make a value from the session's values and facts.
TEXTS: Mapping[str, Text] = {
    **{name: _money(name) for name in MONEY},
    **{name: _day(name) for name in DATES},
    "operator": lambda v, f: f.formats.operator,
    "name": lambda v, f: f["person"].name,
    "city": lambda v, f: f["person"].city,
    "street": lambda v, f: f["person"].street,
    "address": lambda v, f: f["person"].address,
    "company": lambda v, f: f["person"].company,
    "digits4": lambda v, f: f.number[-4:] if len(f.number) >= 4 else f.draws.digits(4),
    "package": lambda v, f: f["plan"].name,
    "data": lambda v, f: str(f["plan"].data),
    "new_package": lambda v, f: f["new"].name,
    "new_data": lambda v, f: str(f["new"].data),
    "small_package": lambda v, f: f["small"].name,
    "small_data": lambda v, f: str(f["small"].data),
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
    "card4": lambda v, f: _own(f, "card").digits(4),
    "wrong4": lambda v, f: _other(f.draws.digits(4), v["card4"]),
    "second4": lambda v, f: _other(_own(f, "second").digits(4), v["digits4"]),
    "puk": lambda v, f: _own(f, "puk").digits(8),
    "other_number": lambda v, f: re.sub("#", lambda _: str(f.draws.below(10)), f.formats.phone),
    "store_address": _store,
    "agent": lambda v, f: f.draws.pick(f.vocabulary.first_names),
    "agent_id": _digits(4),
    "minutes": lambda v, f: str(f.draws.between(2, 8)),
    "hours": lambda v, f: str(f.draws.between(2, 6)),
}
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
