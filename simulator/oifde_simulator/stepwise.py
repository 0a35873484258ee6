"""Long work in steps: generators that yield after each, so that others have their turn in between.

Rule: between two steps there is only work that a constant bounds. Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")
Result = TypeVar("Result")

Steps = Generator[None, None, Result]
"""Work that yields after each step and returns its result."""


def complete(steps: Steps[Result]) -> Result:
    """Take all steps at once and return the result."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: Result = done.value
            return result


def selected(items: Iterable[Item], accepts: Callable[[Item], bool]) -> Steps[list[Item]]:
    """Choose the items that `accepts` is true of, a step each."""
    found = []
    for item in items:
        if accepts(item):
            found.append(item)
        yield
    return found


def mapped(items: Iterable[Item], make: Callable[[Item], Made]) -> Steps[list[Made]]:
    """Make a value of each item, a step each."""
    made = []
    for item in items:
        made.append(make(item))
        yield
    return made
