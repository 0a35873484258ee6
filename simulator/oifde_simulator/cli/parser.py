"""Parts that the parsers of all commands share: errors in one line, and options made from `Settings`."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Collection
from dataclasses import Field, fields
from typing import Any, NoReturn

from oifde_simulator.cli.exit_codes import USAGE_ERROR
from oifde_simulator.config import Settings
from oifde_simulator.config.reading import flag_name, read_settings

SESSION_SETTINGS = ("scenarios", "no_bundled", "population", "seed")
"""Names of the settings that decide which sessions exist."""


class Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line."""

    def error(self, message: str) -> NoReturn:
        """Print `message` to standard error and exit with 2."""
        self.exit(USAGE_ERROR, f"{self.prog}: {message}; see {self.prog} --help\n")


def add_settings(
    parser: argparse.ArgumentParser, names: Collection[str], *, free_ports: Collection[str] = ()
) -> None:
    """Add an option for each setting in `names`; the help of `free_ports` promises a free port."""
    for setting in fields(Settings):
        if setting.name in names:
            _add_setting(parser, setting, "a free one" if setting.name in free_ports else None)


def _add_setting(parser: argparse.ArgumentParser, setting: Field[Any], default: str | None) -> None:
    """Add the option that `setting` declares; `default` replaces its default in the help."""
    declared = setting.metadata
    shape: dict[str, Any] = {"metavar": declared["word"]}
    if isinstance(setting.default, bool):
        shape = {"action": "store_true"}
    elif declared["separator"]:
        shape |= {"action": "append"}
    text = (
        f"{declared['help']}{_default_text(setting, default)}{'; repeatable' * bool(declared['separator'])}"
    )
    about = text.replace("%", "%%") if declared["help"] else argparse.SUPPRESS
    parser.add_argument(flag_name(setting), default=argparse.SUPPRESS, help=about, **shape)


def _default_text(setting: Field[Any], default: str | None) -> str:
    if setting.default in ((), None, False):
        return ""
    value = f"{setting.default:g}s" if isinstance(setting.default, float) else str(setting.default)
    return f" (default: {default or value})"


def session_settings(options: argparse.Namespace, names: Collection[str] = SESSION_SETTINGS) -> Settings:
    """Read settings from the environment, and those in `names` from `options` first."""
    given = {name: value for name, value in vars(options).items() if name in names}
    return read_settings(given, os.environ)


def print_json(value: Any) -> None:
    """Print `value` as indented JSON."""
    print(json.dumps(value, indent=2))
