"""Errors of patterns."""

from __future__ import annotations


class WrongPattern(ValueError):
    """A pattern that WireMock would refuse too."""

    def __init__(self, pointer: str, message: str) -> None:
        """`pointer` is the JSON pointer to the mistake."""
        super().__init__(message)
        self.pointer = pointer


class Unsupported(ValueError):
    """A pattern that WireMock supports and this product does not; the message says why, or what to use."""

    def __init__(self, message: str, pointer: str = "") -> None:
        """`pointer` is the JSON pointer to that part, where it is known; the message begins with it."""
        super().__init__(f"{pointer}: {message}" if pointer else message)
        self.pointer = pointer
