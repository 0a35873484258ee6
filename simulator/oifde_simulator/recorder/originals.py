"""Collect what must not be left in a recording: originals by kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.recorder.pseudonyms import fields, json_text
from oifde_simulator.recorder.pseudonyms.keyed import RUN
from oifde_simulator.recorder.pseudonyms.words import is_harmless

NUMBER, ID, SECRET, WORD = "a number", "an id", "a secret", "words"
LONG = 8
"""Characters of a run in a secret text that counts as a secret by itself."""

TIME = re.compile("20[0-9]{6}|1[0-9]{9}|1[0-9]{12}")
"""A day or an instant: times elsewhere are kept, and may be the same."""

Found = tuple[str, str]
"""An original and its kind."""


def originals(user: str, record: Mapping[str, Any], *, words: bool) -> Iterator[Found]:
    """List the originals of a record that `user` finds; what was said only with `words`."""
    yield user, NUMBER
    for name, value in record.items():
        if name in fields.NUMBERS and isinstance(value, str | int):
            yield str(value), NUMBER
        elif name in fields.IDS and isinstance(value, str):
            yield value, ID
        elif name != "tenantId":
            yield from _inside(name, value, words)


def _inside(name: str, value: Any, words: bool) -> Iterator[Found]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _inside(key, each, words)
    elif isinstance(value, list):
        for each in value:
            yield from _inside(name, each, words)
    elif isinstance(value, str) and (found := json_text.read(value)) is not None:
        yield from _inside(name, found[0], words)
    elif name in fields.WORDS:
        yield from ((str(value), WORD),) if words and isinstance(value, str) else ()
    elif name in fields.FILE_NAMES and isinstance(value, str):
        yield from () if is_harmless(value) else ((value.rpartition("/")[2].partition(".")[0], ID),)
    elif name not in fields.TIMES and not (name in fields.CODES and fields.is_code(value)):
        yield from _secret(value)


def _secret(value: object) -> Iterator[Found]:
    if isinstance(value, bool) or not isinstance(value, str | int) or is_harmless(str(value)):
        return
    if TIME.fullmatch(str(value)):
        return
    yield str(value), SECRET
    yield from ((run, SECRET) for run in RUN.findall(str(value)) if len(run) >= LONG)
