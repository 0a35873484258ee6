"""Texts and JSON values with placeholders in them, compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.rules.templates.filling import LONGEST_HEADER, Filler
from oifde_simulator.rules.templates.syntax import Piece, Placeholder, has_braces, parse


@dataclass(frozen=True, slots=True)
class Template:
    """A text with placeholders."""

    pieces: tuple[Piece, ...]

    def text(self, filler: Filler) -> str:
        """Write the text with values in it."""
        return self._joined(filler.text)

    def header(self, filler: Filler) -> str:
        """Write the value of a header. Raises NotApplicable for one that is too long."""
        text = self._joined(filler.header_text)
        if len(text) > LONGEST_HEADER:
            raise filler.refuse(f"a header would be longer than {LONGEST_HEADER >> 10} KiB")
        return text

    def value(self, filler: Filler) -> Any:
        """Write a JSON value: of one placeholder alone the value itself, else a text."""
        match self.pieces:
            case (Placeholder() as whole,):
                return filler.value(whole)
        return self.text(filler)

    def _joined(self, write: Callable[[Placeholder], str]) -> str:
        return "".join(piece if isinstance(piece, str) else write(piece) for piece in self.pieces)


def template(text: str) -> Template | str:
    """Compile a text; one without placeholders stays as it is. Raises TemplateError."""
    return Template(parse(text)) if has_braces(text) else text


def compiled(value: Any) -> Any:
    """Compile the texts in a JSON value; what has no placeholders stays the same object."""
    if isinstance(value, str):
        return template(value)
    if isinstance(value, dict):
        members = {name: compiled(each) for name, each in value.items()}
        return members if any(members[name] is not each for name, each in value.items()) else value
    if isinstance(value, list):
        items = list(map(compiled, value))
        return items if any(one is not other for one, other in zip(items, value, strict=True)) else value
    return value


def filled(value: Any, filler: Filler) -> Any:
    """Write a compiled JSON value with values in it."""
    if isinstance(value, Template):
        return value.value(filler)
    if isinstance(value, dict):
        return {name: filled(each, filler) for name, each in value.items()}
    return [filled(each, filler) for each in value] if isinstance(value, list) else value


def is_whole(text: str) -> bool:
    """Check that a text is one placeholder and nothing else, whose value may be of any type."""
    try:
        match parse(text) if has_braces(text) else ():
            case (Placeholder(part=part),):
                return bool(part)
    except ValueError:
        pass
    return False


def placeholders(value: Any) -> Iterator[Placeholder]:
    """List the placeholders of a compiled JSON value."""
    if isinstance(value, Template):
        yield from (piece for piece in value.pieces if isinstance(piece, Placeholder))
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from placeholders(each)
