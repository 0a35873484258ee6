"""Options of `serve` as users write them in Python: checked by name, and made the texts of a command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from os import PathLike, fspath
from typing import Any

import pytest

from oifde_simulator.config import Settings
from oifde_simulator.quantities import flag
from oifde_simulator.text import did_you_mean

__tracebackhide__ = True  # a message says where the mistake is; values may be credentials

ServeOptions = dict[str, str | bool | tuple[str, ...]]
"""Options by their names: a text, a switch, or the texts of one that is given more than once."""

MARK = "@pytest.mark.simulator"
"""Place of options that a marker gives; it takes `strict`, too."""
DECLARED = {entry.name: entry.metadata for entry in fields(Settings)}
"""Declarations of the options of `serve`."""


def normalize(given: Mapping[str, Any], where: str) -> ServeOptions:
    """Make texts and switches of options; leave out those that are None.

    Raises pytest.UsageError for an unknown name or a value that is none, said with `where` it was given.
    """
    return {
        _name(name, where): _value(name, value, where)
        for name, value in sorted(given.items())
        if value is not None
    }


def arguments(options: ServeOptions) -> list[str]:
    """Write options as arguments of `serve`."""
    found: list[str] = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            found += [option] * value
        else:
            found += [f"{option}={text}" for text in ([value] if isinstance(value, str) else value)]
    return found


def _name(name: str, where: str) -> str:
    if name not in DECLARED:
        known = [*DECLARED, *(["strict"] if where == MARK else [])]
        raise pytest.UsageError(
            f'{where}: expected options of serve, found "{name}"{did_you_mean(name, known)}'
        )
    return name


def _value(name: str, value: Any, where: str) -> str | bool | tuple[str, ...]:
    about = DECLARED[name]
    if about["read"] is flag:
        return _switch(name, value, where)
    if isinstance(value, Mapping):
        value = [f"{key}={text}" for key, text in value.items()]
    several = isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes)
    if about["separator"]:
        return tuple(_text(name, each, where) for each in (value if several else [value]))
    return _text(name, value, where)


def _switch(name: str, value: Any, where: str) -> bool:
    try:
        return value if isinstance(value, bool) else flag(str(value))
    except ValueError as error:
        raise pytest.UsageError(f"{where}: {name}: {error}") from None


def _text(name: str, value: Any, where: str) -> str:
    if isinstance(value, str | int | float | PathLike) and not isinstance(value, bool):
        return _read(name, str(fspath(value) if isinstance(value, PathLike) else value), where)
    # The value may be a credential, so the message names its type only.
    raise pytest.UsageError(f"{where}: {name}: expected a text or a number, found {type(value).__name__}")


def _read(name: str, text: str, where: str) -> str:
    """Check a text as `serve` reads it, and return it."""
    try:
        DECLARED[name]["read"](text.strip())
    except ValueError as error:
        raise pytest.UsageError(f"{where}: {name}: {error}") from None
    return text
