"""Parameters of the control plane's URLs, read one by one; what cannot be understood is a problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import web

from oifde_simulator.quantities import count
from oifde_simulator.web.control_plane.problems import Problem

Read = TypeVar("Read")
LONGEST_COMPLAINT = 300
"""Characters; it may repeat what was found."""


class Parameters:
    """The parameters of a URL; those that nobody takes belong to a filter."""

    def __init__(self, request: web.Request) -> None:
        self._path = request.path
        self._pairs = list(request.query.items())
        self._left = self._pairs

    def take(self, name: str, default: Read, read: Callable[[str], Read]) -> Read:
        """The value of one, read; the default where it is not there."""
        texts = [text for each, text in self._left if each == name]
        self._left = [pair for pair in self._left if pair[0] != name]
        if len(texts) > 1:
            raise wrong(f"{name} is there twice; expected each parameter once")
        try:
            return read(texts[0]) if texts else default
        except ValueError as error:
            raise wrong(f"{name}: {str(error)[:LONGEST_COMPLAINT]}") from None

    def need(self, name: str, read: Callable[[str], Read]) -> Read:
        """The value of one that must be there, read."""
        found = self.take(name, None, read)
        if found is None:
            raise wrong(f"{name} is missing; write {self._path[:80]}?{name}=...")
        return found

    def rest(self) -> Iterable[tuple[str, str]]:
        """Those that nobody has taken."""
        return self._left

    def end(self) -> None:
        """There must be no others."""
        if self._left:
            raise wrong(f"unknown parameter {self._left[0][0][:60]!r} of {self._path[:80]}; remove it")

    def judge(self, known: frozenset[str]) -> None:
        """Each is there once and is known; where `filter` is, the others are a filter's business."""
        for name in known:
            self.take(name, "", str)
        if "filter" not in known:
            self.end()

    def after(self, number: int) -> str:
        """The URL of what comes after an entry."""
        pairs = [pair for pair in self._pairs if pair[0] != "since"]
        return f"{self._path}?{urlencode([*pairs, ('since', str(number))])}"


def wrong(detail: str) -> Problem:
    """A parameter that cannot be understood."""
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-parameter", detail)


def up_to(most: int) -> Callable[[str], int]:
    """A reader of a number from 1 to `most`."""

    def read(text: str) -> int:
        found = count(text)
        if found > most:
            raise ValueError(f"expected at most {most}, found {found}")
        return found

    return read
