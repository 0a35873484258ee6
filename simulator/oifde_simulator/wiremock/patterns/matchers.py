"""Tests of one value of a request, by the names WireMock gives them: of its text, and of other tests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from oifde_simulator.wiremock.patterns import distance
from oifde_simulator.wiremock.patterns.values import Value


class Test(ABC):
    """A test of one value."""

    __test__ = False

    @abstractmethod
    def accepts(self, value: Value) -> bool:
        """Whether the value fits."""

    def distance(self, value: Value) -> float:
        """How far it is from fitting, from 0 to 1."""
        return 0.0 if self.accepts(value) else 1.0


@dataclass(frozen=True, slots=True)
class EqualTo(Test):
    """The same text."""

    wanted: str
    texts: frozenset[str]
    any_case: bool = False

    def accepts(self, value: Value) -> bool:
        """Whether the value fits."""
        forms = map(str.casefold, value.forms) if self.any_case else value.forms
        return not self.texts.isdisjoint(forms)

    def distance(self, value: Value) -> float:
        """How far it is from fitting, from 0 to 1."""
        if self.accepts(value):
            return 0.0
        return 1.0 if value.text is None else distance.of_texts(self.wanted, value.text)


@dataclass(frozen=True, slots=True)
class Contains(Test):
    """A text with this one in it."""

    texts: frozenset[str]

    def accepts(self, value: Value) -> bool:
        """Whether the value fits."""
        return any(text in form for form in value.forms for text in self.texts)


@dataclass(frozen=True, slots=True)
class Matches(Test):
    """A text that fits a regular expression from end to end."""

    whole: Callable[[str], bool]

    def accepts(self, value: Value) -> bool:
        """Whether the value fits."""
        return any(map(self.whole, value.forms))


@dataclass(frozen=True, slots=True)
class Unlike(Test):
    """There, and not accepted by another test."""

    inner: Test

    def accepts(self, value: Value) -> bool:
        """Whether the value fits."""
        return value.text is not None and not self.inner.accepts(value)


@dataclass(frozen=True, slots=True)
class Not(Test):
    """Not accepted by another test."""

    inner: Test

    def accepts(self, value: Value) -> bool:
        """Whether the value fits."""
        return not self.inner.accepts(value)


@dataclass(frozen=True, slots=True)
class Absent(Test):
    """Not there."""

    def accepts(self, value: Value) -> bool:
        """Whether the value fits."""
        return value.text is None


@dataclass(frozen=True, slots=True)
class Anything(Test):
    """Whatever it is."""

    def accepts(self, value: Value) -> bool:  # noqa: ARG002
        """Whether the value fits."""
        return True


@dataclass(frozen=True, slots=True)
class All(Test):
    """Accepted by every one of these."""

    inner: Sequence[Test]

    def accepts(self, value: Value) -> bool:
        """Whether the value fits."""
        return all(test.accepts(value) for test in self.inner)

    def distance(self, value: Value) -> float:
        """How far it is from fitting, from 0 to 1."""
        return sum(test.distance(value) for test in self.inner) / len(self.inner)


@dataclass(frozen=True, slots=True)
class OneOf(Test):
    """Accepted by one of these."""

    inner: Sequence[Test]

    def accepts(self, value: Value) -> bool:
        """Whether the value fits."""
        return any(test.accepts(value) for test in self.inner)

    def distance(self, value: Value) -> float:
        """How far it is from fitting, from 0 to 1."""
        return min(test.distance(value) for test in self.inner)
