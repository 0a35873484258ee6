"""Replace the members of one record, each as its meaning asks; what has no known meaning is a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oifde_simulator.recorder.pseudonyms import fields, json_text
from oifde_simulator.recorder.pseudonyms.files import replace_path
from oifde_simulator.recorder.pseudonyms.joins import Joins
from oifde_simulator.recorder.pseudonyms.keyed import RUN, KeyedText
from oifde_simulator.recorder.pseudonyms.times import CallTimes
from oifde_simulator.recorder.pseudonyms.words import Words, is_harmless

Record = Mapping[str, Any]

DEEPEST = 50
"""Levels of a value inside a record; a scenario may have 64 in all."""
LONG_RUN = re.compile(r"(?<!\d)\d{5,}(?!\d)")
"""Digits in words that are kept and may be a number of somebody's."""
CALL_ID, CTI_CALL_ID = re.compile(r"([0-9]{13})(.+)"), re.compile(r"([0-9]{10})(\D.*)")
FLOW_STAMP = re.compile(r"([0-9]{9})([0-9]{17})")


@dataclass(frozen=True)
class Wishes:
    """What a user wants to keep, or to move."""

    keep_words: bool = False
    shift: int = 0
    """Milliseconds by which all times move, whole seconds."""


class Pseudonymiser:
    """Replaces records of one tenant under one key."""

    def __init__(self, keyed: KeyedText, wishes: Wishes, *, tenant: str, shown_tenant: str) -> None:
        """Take the tenant's id at the service, and the id that its records show instead."""
        self._keyed = keyed
        self._words = Words(keyed)
        self._wishes = wishes
        self._tenants = {tenant: shown_tenant}

    @property
    def made(self) -> set[str]:
        """Every run of letters and digits, and every text, that was made."""
        return self._keyed.made | self._words.made

    def number(self, text: str) -> str:
        """Replace a user number."""
        return self._keyed.shape(text)

    def record(self, user: str, record: Record) -> dict[str, Any]:
        """Replace a record that `user` finds, and name the pseudonym. Raises ValueError if it is too deep."""
        made = _One(self._keyed, self._words, self._wishes, self._tenants, user, record).replaced()
        return {"userMobile": self.number(user), **made}


class _One:
    """One record while it is replaced."""

    def __init__(
        self,
        keyed: KeyedText,
        words: Words,
        wishes: Wishes,
        tenants: Mapping[str, str],
        user: str,
        record: Record,
    ) -> None:
        self._keyed, self._words, self._wishes, self._tenants = keyed, words, wishes, tenants
        self._record = record
        self._times = CallTimes(record.get("startTime"), wishes.shift)
        numbers = [
            user,
            *(str(record[name]) for name in fields.NUMBERS if isinstance(record.get(name), str | int)),
        ]
        known = {part: keyed.run(part) for number in numbers for part in RUN.findall(number)}
        self._joins = Joins(known)
        for name in fields.IDS:
            if isinstance(text := record.get(name), str):
                known[text] = self._id(name, text)
        self._joins = Joins(known)
        self._ids = {name: known[record[name]] for name in fields.IDS if isinstance(record.get(name), str)}

    def replaced(self) -> dict[str, Any]:
        return {self._name(name): self._top(name, value) for name, value in self._record.items()}

    def _top(self, name: str, value: Any) -> Any:
        if name in self._ids:
            return self._ids[name]
        if name == "tenantId" and isinstance(value, str) and value in self._tenants:
            return self._tenants[value]
        if name in fields.LISTS and isinstance(value, list):
            return [self._turn(turn) for turn in value]
        return self._member(name, value, 0)

    def _turn(self, turn: Any) -> Any:
        if not isinstance(turn, dict):
            return self._secret(turn, 1)
        return {self._name(name): self._member(name, value, 1) for name, value in turn.items()}

    def _member(self, name: str, value: Any, depth: int) -> Any:
        """Replace a value by what its name means; what is not as expected is a secret."""
        if name in fields.TIMES and (moved := self._times.move(value)) is not None:
            return moved
        if name in fields.CODES | fields.TIMES and fields.is_code(value):
            return value
        if name in fields.WORDS and isinstance(value, str):
            return self._said(value)
        if name in fields.FILE_NAMES and isinstance(value, str) and not is_harmless(value):
            return replace_path(value, self._times, self._text)
        return self._secret(value, depth)

    def _secret(self, value: Any, depth: int) -> Any:
        if depth > DEEPEST:
            raise ValueError(f"expected at most {DEEPEST} levels inside one another")
        match value:
            case None | bool():
                return value
            case str():
                return self._secret_text(value, depth)
            case int():
                return int(f"{'-' * (value < 0)}{self._text(str(abs(value)))}")
            case float():
                return self._fraction(value)
            case list():
                return [self._secret(each, depth + 1) for each in value]
            case _:
                return {
                    self._inner_name(name): self._member(name, each, depth + 1)
                    for name, each in value.items()
                }

    def _secret_text(self, text: str, depth: int) -> str:
        if is_harmless(text):
            return text
        if (found := json_text.read(text)) is not None:
            return json_text.write(self._secret(found[0], depth + 1), found[1])
        return self._text(text)

    def _fraction(self, value: float) -> float:
        made = re.sub("[0-9]+", lambda found: self._keyed.run(found[0]), f"{abs(value):f}")
        return -float(made) if value < 0 else float(made)

    def _text(self, text: str) -> str:
        return self._joins.replace(text, self._keyed.shape)

    def _said(self, text: str) -> str:
        if not self._wishes.keep_words:
            return self._words.replace(text)
        return self._joins.replace_spoken(self._joins.replace(text, self._without_numbers))

    def _without_numbers(self, text: str) -> str:
        return LONG_RUN.sub(lambda found: self._keyed.run(found[0]), text)

    def _name(self, name: str) -> str:
        """Keep the name of a member, which is the interface's, unless it is none."""
        return name if re.fullmatch("[A-Za-z_]{1,40}", name) else self._text(name)

    def _inner_name(self, name: str) -> str:
        return name if name in fields.KNOWN else self._text(name)

    def _id(self, name: str, text: str) -> str:
        """Replace an ID; times in it are kept or moved, and callId inside flowInstId is the record's own."""
        if name == "callId" and (found := CALL_ID.fullmatch(text)):
            time = self._times.milliseconds(found[1])
            return self._text(text) if time is None else time + self._text(found[2])
        if name == "ctiCallId" and (found := CTI_CALL_ID.fullmatch(text)):
            time = self._times.seconds(found[1])
            return self._text(text) if time is None else time + self._text(found[2])
        if name == "flowInstId":
            return self._flow_instance(text)
        return self._text(text)

    def _flow_instance(self, text: str) -> str:
        call = self._record.get("callId")
        if not isinstance(call, str) or not call or not text.endswith(call):
            return self._text(text)
        before, made = text[: -len(call)], self._id("callId", call)
        found = FLOW_STAMP.fullmatch(before)
        stamp = self._times.local_stamp(found[2]) if found else None
        if found and stamp is not None:
            return self._keyed.run(found[1]) + stamp + made
        return self._text(before) + made
