"""Tests of a request's URL: as a whole or its path only, the same text or a regular expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from oifde_simulator.wiremock.patterns import distance, regexes
from oifde_simulator.wiremock.patterns.credentials import Marking
from oifde_simulator.wiremock.patterns.errors import WrongPattern
from oifde_simulator.wiremock.patterns.values import Seen, compact

URLS = ("url", "urlPath", "urlPattern", "urlPathPattern")


@dataclass(frozen=True, slots=True)
class UrlTest:
    """Which URLs are meant."""

    fits: Callable[[str], bool] = lambda _: True
    path: bool = False
    """Whether it is about the path only."""
    wanted: str | None = None
    """The text that is nearest to what is meant; None for a regular expression."""

    def accepts(self, seen: Seen) -> bool:
        """Whether the URL of a request is meant."""
        return self.fits(self._part(seen))

    def distance(self, seen: Seen) -> float:
        """How far it is from being meant, from 0 to 1."""
        if self.accepts(seen):
            return 0.0
        return 1.0 if self.wanted is None else distance.of_texts(self.wanted, self._part(seen))

    def _part(self, seen: Seen) -> str:
        return seen.path if self.path else seen.url


def url_test(given: Mapping[str, Any], marking: Marking) -> UrlTest:
    """The test that a pattern has, or one that all pass. Raises WrongPattern."""
    named = [name for name in URLS if given.get(name) is not None]
    if len(named) > 1:
        raise WrongPattern(f"/{named[1]}", f"expected only one of {', '.join(URLS)}")
    return _made(named[0], given[named[0]], marking) if named else UrlTest()


def _made(name: str, wanted: Any, marking: Marking) -> UrlTest:
    if not isinstance(wanted, str):
        raise WrongPattern(f"/{name}", f"expected a text, found {compact(wanted)[:200]}")
    if not name.endswith("Pattern"):
        return UrlTest(marking.whole(wanted).__contains__, "Path" in name, wanted)
    try:
        return UrlTest(regexes.whole(wanted), "Path" in name)
    except ValueError as error:
        raise WrongPattern(f"/{name}", str(error)) from None
