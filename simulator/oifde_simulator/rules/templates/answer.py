"""The texts of a `respond` in which placeholders stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.http import Headers
from oifde_simulator.rules.action import ActionContext
from oifde_simulator.rules.copies import json_length, utf8_length
from oifde_simulator.rules.templates import filling
from oifde_simulator.rules.templates.filling import TOO_LONG, Filler
from oifde_simulator.rules.templates.template import Template, compiled, filled, template

MOST_ESCAPED = 6
"""Bytes that JSON takes for one character at the most."""


class Texts(NamedTuple):
    """Texts with values in the place of placeholders; None for what has no placeholders."""

    message: str | None
    headers: Headers
    body: bytes | None


@dataclass(frozen=True, slots=True)
class AnswerTemplates:
    """Templates of one `respond`; None, and no header, for what has no placeholders."""

    message: Template | None
    headers: tuple[tuple[str, Template], ...]
    text: Template | None
    document: Any
    """Compiled JSON body."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> AnswerTemplates | None:
        """Compile what has placeholders; None where nothing has."""
        message, text = (_template(given.get(name)) for name in ("errorMsg", "body"))
        values = ((name, _template(value)) for name, value in given.get("headers", {}).items())
        headers = tuple((name, value) for name, value in values if value is not None)
        document = compiled(given.get("json"))
        document = None if document is given.get("json") else document
        if message is text is document is None and not headers:
            return None
        return cls(message, headers, text, document)

    @property
    def has_body(self) -> bool:
        """Whether the body has placeholders."""
        return self.text is not None or self.document is not None

    def filled(self, context: ActionContext) -> Texts:
        """Put values in the place of placeholders. Raises NotApplicable for what is too long, or no JSON."""
        filler = Filler(context, "respond", json_length if self.text is None else utf8_length)
        message = None if self.message is None else _message(self.message, filler)
        headers = tuple((name, value.header(filler)) for name, value in self.headers)
        return Texts(message, headers, self._body(filler))

    def _body(self, filler: Filler) -> bytes | None:
        if self.text is not None:
            body = self.text.text(filler).encode()
        elif self.document is not None:
            body = _json(self.document, filler)
        else:
            return None
        if len(body) > filling.LARGEST:
            raise filler.refuse(TOO_LONG)
        return body


def _message(message: Template, filler: Filler) -> str:
    text = message.text(filler)
    if len(text) * MOST_ESCAPED > filling.LARGEST and json_length(text) > filling.LARGEST:
        raise filler.refuse(TOO_LONG)
    return text


def _json(document: Any, filler: Filler) -> bytes:
    try:
        return orjson.dumps(filled(document, filler))
    except orjson.JSONEncodeError as error:
        raise filler.refuse(f"what the placeholders make is no JSON: {error}") from None


def _template(text: Any) -> Template | None:
    made = template(text) if isinstance(text, str) else None
    return made if isinstance(made, Template) else None
