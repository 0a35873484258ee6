"""Patterns of one value of a request, by WireMock's names: of its text, and of other patterns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.wiremock.patterns import distance
from oifde_simulator.wiremock.patterns.logged_request import RequestValue


class ContentPattern(ABC):
    """A pattern of one value."""

    @abstractmethod
    def matches(self, value: RequestValue, /) -> bool:
        """Check that a value fits."""

    def distance(self, value: RequestValue) -> float:
        """Measure the distance of a value from fitting, from 0 to 1."""
        return 0.0 if self.matches(value) else 1.0


@dataclass(frozen=True, slots=True)
class EqualToPattern(ContentPattern):
    """Matches a text in any of its spellings."""

    wanted: str
    """Text as the client wrote it, for distances."""
    spellings: frozenset[str]
    """Texts that mean the same."""
    ignore_case: bool = False

    def matches(self, value: RequestValue) -> bool:
        """Check that a value fits."""
        found = map(str.casefold, value.spellings) if self.ignore_case else value.spellings
        return not self.spellings.isdisjoint(found)

    def distance(self, value: RequestValue) -> float:
        """Measure the distance of a value from fitting, from 0 to 1."""
        if self.matches(value):
            return 0.0
        return 1.0 if value.text is None else distance.text_distance(self.wanted, value.text)


@dataclass(frozen=True, slots=True)
class ContainsPattern(ContentPattern):
    """Matches a text that contains another one, in any of its spellings."""

    spellings: frozenset[str]

    def matches(self, value: RequestValue) -> bool:
        """Check that a value fits."""
        return any(wanted in found for found in value.spellings for wanted in self.spellings)


@dataclass(frozen=True, slots=True)
class RegexPattern(ContentPattern):
    """Matches a text that a regular expression matches from end to end."""

    full_match: Callable[[str], bool]

    def matches(self, value: RequestValue) -> bool:
        """Check that a value fits."""
        return any(map(self.full_match, value.spellings))


@dataclass(frozen=True, slots=True)
class NegativePattern(ContentPattern):
    """Matches a value that is present and does not fit another pattern."""

    inner: ContentPattern

    def matches(self, value: RequestValue) -> bool:
        """Check that a value fits."""
        return value.text is not None and not self.inner.matches(value)


@dataclass(frozen=True, slots=True)
class NotPattern(ContentPattern):
    """Matches a value, present or absent, that does not fit another pattern."""

    inner: ContentPattern

    def matches(self, value: RequestValue) -> bool:
        """Check that a value fits."""
        return not self.inner.matches(value)


@dataclass(frozen=True, slots=True)
class AbsentPattern(ContentPattern):
    """Matches an absent value."""

    def matches(self, value: RequestValue) -> bool:
        """Check that a value fits."""
        return value.text is None


@dataclass(frozen=True, slots=True)
class AnythingPattern(ContentPattern):
    """Matches any value, present or absent."""

    def matches(self, _value: RequestValue) -> bool:
        """Accept any value."""
        return True


@dataclass(frozen=True, slots=True)
class LogicalAnd(ContentPattern):
    """Matches a value that fits all patterns."""

    inner: Sequence[ContentPattern]

    def matches(self, value: RequestValue) -> bool:
        """Check that a value fits."""
        return all(pattern.matches(value) for pattern in self.inner)

    def distance(self, value: RequestValue) -> float:
        """Measure the distance of a value from fitting, from 0 to 1: the mean of all patterns."""
        return sum(pattern.distance(value) for pattern in self.inner) / len(self.inner)


@dataclass(frozen=True, slots=True)
class LogicalOr(ContentPattern):
    """Matches a value that fits at least one pattern."""

    inner: Sequence[ContentPattern]

    def matches(self, value: RequestValue) -> bool:
        """Check that a value fits."""
        return any(pattern.matches(value) for pattern in self.inner)

    def distance(self, value: RequestValue) -> float:
        """Measure the distance of a value from fitting, from 0 to 1: the least of all patterns."""
        return min(pattern.distance(value) for pattern in self.inner)
