"""Predicates with regular expressions that step back: the longer the value, the fewer steps they have.

Rule: one call of a predicate is a bounded piece of work, since nothing can interrupt it. Each step back may
read the whole text once more, so the bound is a product: characters of the value times steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

CHARACTER_STEPS = 40_000_000
"""Characters of a value, times its expressions, times the steps back of each; about a third of a second."""


class BacktrackingPredicate:
    """A predicate that is compiled once for each number of steps back that it needs."""

    def __init__(self, compile: Callable[[int], Callable[[Any], bool]], expressions: int, most: int) -> None:
        """`compile` makes the predicate for at most `most` steps back of each of `expressions`."""
        self._compile = compile
        self._expressions = expressions
        self._most = most
        self._compiled = {most: compile(most)}

    def __call__(self, value: Any) -> bool:
        """Check a value; an expression that would need more steps does not match."""
        steps = self.steps(value)
        accepts = self._compiled.get(steps)
        if accepts is None:
            accepts = self._compiled[steps] = self._compile(steps)
        return accepts(value)

    def steps(self, value: Any) -> int:
        """Compute the steps back of each expression: `most`, or a power of two, so that few are compiled."""
        steps = CHARACTER_STEPS // (self._expressions * max(1, characters(value)))
        return self._most if steps >= self._most else 1 << max(0, steps.bit_length() - 1)


def characters(value: Any) -> int:
    """Count the characters of a text, or of all texts and keys in a JSON value."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(characters, value)) + sum(map(characters, value.values()))
    return sum(map(characters, value)) if isinstance(value, list) else 0
