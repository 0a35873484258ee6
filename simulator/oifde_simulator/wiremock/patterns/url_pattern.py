"""Patterns of a request's URL: whole or path only, an equal text or a regular expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.wiremock.patterns import distance, regexes
from oifde_simulator.wiremock.patterns.errors import WrongPattern
from oifde_simulator.wiremock.patterns.expected_redactor import ExpectedRedactor
from oifde_simulator.wiremock.patterns.logged_request import LoggedRequest, compact_json

URLS = ("url", "urlPath", "urlPattern", "urlPathPattern")


@dataclass(frozen=True, slots=True)
class UrlPattern:
    """A pattern of URLs; without arguments it matches all."""

    fits: Callable[[str], bool] = lambda _: True
    path_only: bool = False
    """True if the query string is left out."""
    wanted: str | None = None
    """Text as the client wrote it, for distances; None for a regular expression."""

    def matches(self, request: LoggedRequest) -> bool:
        """Check that the URL of a request fits."""
        return self.fits(self._part(request))

    def distance(self, request: LoggedRequest) -> float:
        """Measure the distance of a URL from fitting, from 0 to 1."""
        if self.matches(request):
            return 0.0
        return 1.0 if self.wanted is None else distance.text_distance(self.wanted, self._part(request))

    def _part(self, request: LoggedRequest) -> str:
        return request.path if self.path_only else request.url


def parse_url_pattern(given: Mapping[str, Any], redactor: ExpectedRedactor) -> UrlPattern:
    """Parse the URL part of a request pattern. Raises WrongPattern."""
    named = [name for name in URLS if given.get(name) is not None]
    if len(named) > 1:
        raise WrongPattern(f"/{named[1]}", f"expected only one of {', '.join(URLS)}")
    return _parsed(named[0], given[named[0]], redactor) if named else UrlPattern()


def _parsed(name: str, wanted: Any, redactor: ExpectedRedactor) -> UrlPattern:
    if not isinstance(wanted, str):
        raise WrongPattern(f"/{name}", f"expected a text, found {compact_json(wanted)[:200]}")
    if not name.endswith("Pattern"):
        return UrlPattern(redactor.spellings(wanted).__contains__, "Path" in name, wanted)
    try:
        return UrlPattern(regexes.full_match(wanted), "Path" in name)
    except ValueError as error:
        raise WrongPattern(f"/{name}", str(error)) from None
