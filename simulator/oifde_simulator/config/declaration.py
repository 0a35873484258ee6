"""How a setting is declared, and readers of texts that settings alone have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

from oifde_simulator.quantities import pair
from oifde_simulator.text import normal

MEMORY = "memory"
"""State in this process."""
LONGEST_PREFIX = 100
"""Characters of the prefix of keys."""


def option(
    default: Any, meaning: str, *, read: Callable[[str], Any] = str, word: str = "", separator: str = ""
) -> Any:
    """Declare a setting with its default and its help.

    `read` turns text into the value, `word` stands for the value in the help, and `separator` splits the
    text of a variable for a setting that can be given more than once. Without a `meaning` the help is silent.
    """
    about = {"help": meaning, "read": read, "word": word, "separator": separator}
    return field(default=default, metadata=about)


def named_scenario(text: str) -> tuple[str, str]:
    """Read a tenant id and the scenario that it names, composed as the names of files are."""
    tenant, scenario = pair(text)
    return normal(tenant), normal(scenario)


def state_address(text: str) -> str:
    """Read where the state is kept. Raises ValueError; the connection says what is wrong with an address."""
    if text != MEMORY and "://" not in text:
        raise ValueError(f"expected {MEMORY}, or an address such as valkey://HOST:6379/0, found {text}")
    return text


def key_prefix(text: str) -> str:
    """Read the prefix of keys. Raises ValueError."""
    if not text.isascii() or not text.isprintable() or not 0 < len(text) <= LONGEST_PREFIX or " " in text:
        raise ValueError(f"expected 1 to {LONGEST_PREFIX} ASCII characters without blanks, found {text!r}")
    return text
