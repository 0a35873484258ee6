"""No expression of ours repeats possessively what may have to be tried in another way.

Python up to 3.11.4 mistakes such a repetition (python/cpython#106052 and #100061), and Debian 12 has 3.11.2.
"""

from __future__ import annotations

import importlib
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import oifde_simulator
import oifde_simulator_client

CHOICES = {"BRANCH", "MAX_REPEAT", "MIN_REPEAT", "ASSERT_NOT", "SUBPATTERN"}
"""Operations of a group that make another try possible, or that it must not have."""


def modules() -> Iterator[str]:
    """List the modules of both packages, each under the name of its file alone."""
    for package in (oifde_simulator, oifde_simulator_client):
        folder = Path(package.__file__ or "").parent
        for path in folder.rglob("*.py"):
            yield ".".join(path.relative_to(folder.parent).with_suffix("").parts).removesuffix(".__init__")


def expressions() -> dict[str, re.Pattern[Any]]:
    """Find the expressions that are constants of a module."""
    for name in modules():
        if not name.endswith("__main__"):
            with suppress(ImportError), warnings.catch_warnings():  # one that needs an extra
                warnings.simplefilter("ignore", DeprecationWarning)  # of such an extra
                importlib.import_module(name)
    return {
        f"{name}.{constant}": found
        for name, module in list(sys.modules.items())
        if name.startswith("oifde_simulator")
        for constant, found in vars(module).items()
        if isinstance(found, re.Pattern)
    }


def nodes(parsed: Any) -> Iterator[tuple[str, Any]]:
    """List the operations of an expression with what they are of, at any depth."""
    if isinstance(parsed, re._parser.SubPattern):  # type: ignore[attr-defined]
        for operation, argument in parsed:
            yield str(operation), argument
            yield from nodes(argument)
    elif isinstance(parsed, tuple | list):
        for each in parsed:
            yield from nodes(each)


def mistaken(expression: re.Pattern[Any]) -> bool:
    parsed = re._parser.parse(expression.pattern, expression.flags)  # type: ignore[attr-defined]
    return any(
        operation == "POSSESSIVE_REPEAT" and any(inner in CHOICES for inner, _ in nodes(argument[2]))
        for operation, argument in nodes(parsed)
    )


@pytest.mark.parametrize("pattern", ["(?:a|bc)*+", "(?:ab?)?+", "((x)y)++", "(?:(?!ab)[^c])*+"])
def test_a_possessive_repetition_of_choices_is_found(pattern: str) -> None:
    assert mistaken(re.compile(pattern))


@pytest.mark.parametrize("pattern", ["[ab]*+", "(?:a|b)*", r"(?:\\.[^x]*+)*+", "(?:ab)?+"])
def test_any_other_is_not(pattern: str) -> None:
    assert not mistaken(re.compile(pattern))


def test_no_expression_of_ours_has_one() -> None:
    found = expressions()
    assert len(found) > 50
    assert not [name for name, expression in found.items() if mistaken(expression)]
