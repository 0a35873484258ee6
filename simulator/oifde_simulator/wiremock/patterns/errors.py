"""What is wrong with a pattern. Rule: one that is not understood is refused, never ignored."""

from __future__ import annotations


class WrongPattern(ValueError):
    """A pattern that WireMock would refuse too."""

    def __init__(self, pointer: str, message: str) -> None:
        """`pointer` is the JSON pointer to what is wrong."""
        super().__init__(message)
        self.pointer = pointer


class NotDone(ValueError):
    """A pattern that WireMock has and this does not; the message says why, or what to use."""
