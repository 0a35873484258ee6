"""Settings from texts: their names on the command line and in the environment, and how each is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from oifde_simulator.config.settings import Settings
from oifde_simulator.quantities import trim
from oifde_simulator.text import nearest

ENVIRONMENT_PREFIX = "OIFDE_SIMULATOR_"
STATE_USER, STATE_PASSWORD = "OIFDE_SIMULATOR_STATE_USER", "OIFDE_SIMULATOR_STATE_PASSWORD"
"""Variables that have no option: user and password for the server of `--state`."""
LINE_ENDS = "\r\n"


def option_of(name: str) -> Field[Any] | None:
    """Find a setting by its name; None where there is none."""
    return next((entry for entry in fields(Settings) if entry.name == name), None)


def flag_name(entry: Field[Any]) -> str:
    """Return the command-line name of a setting."""
    return "--" + entry.name.replace("_", "-")


def environment_name(entry: Field[Any]) -> str:
    """Return the environment variable of a setting."""
    return ENVIRONMENT_PREFIX + entry.name.upper()


def read_settings(
    given: Mapping[str, str | Sequence[str] | bool], environment: Mapping[str, str]
) -> Settings:
    """Read settings from the command line's texts, else from the environment's, else take the defaults.

    White space around a text is dropped: a mounted secret or a line of a file ends in a line feed.
    Raises ValueError that names the option or variable with a wrong text.
    """
    values: dict[str, Any] = {}
    for entry in fields(Settings):
        separator, variable = entry.metadata["separator"], environment_name(entry)
        if entry.name in given:
            values[entry.name] = _read(entry, given[entry.name], flag_name(entry))
        elif environment.get(variable, "").strip():
            text = environment[variable]
            values[entry.name] = _read(entry, _split(text, separator) if separator else text, variable)
    return Settings(**values)


def _split(text: str, separator: str) -> list[str]:
    """Split the text of a variable; a separator at the end or twice adds nothing."""
    return [part for part in map(str.strip, text.split(separator)) if part]


def unknown_variables(environment: Mapping[str, str]) -> str:
    """Warn in one line of variables that have our prefix and name no setting; empty without any."""
    known = [*(environment_name(entry) for entry in fields(Settings)), STATE_USER, STATE_PASSWORD]
    strange = sorted(name for name in environment if name.startswith(ENVIRONMENT_PREFIX))
    return "; ".join(
        f"{name} is ignored: no such setting{_hint(name, known)}" for name in strange if name not in known
    )


def _hint(name: str, known: Sequence[str]) -> str:
    near = nearest(name, known, cutoff=0.8)  # the prefix makes all names alike
    return f", did you mean {near}?" if near else ""


def _read(entry: Field[Any], given: str | Sequence[str] | bool, source: str) -> Any:
    read = entry.metadata["read"]
    if isinstance(given, bool):
        return given
    dropped = LINE_ENDS if read is Path else None  # a name of a file may begin and end with blanks
    try:
        if isinstance(given, str):
            return read(trim(given, dropped))
        return tuple(read(trim(text, dropped)) for text in given)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from None
