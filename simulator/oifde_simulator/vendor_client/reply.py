"""One answer of a target, as it came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Reply:
    """Status, headers and body of an answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @cached_property
    def document(self) -> Any:
        """Body as JSON; None where it is not."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def fields(self) -> Mapping[str, Any]:
        """Members of the body; none where it is no JSON object."""
        return self.document if isinstance(self.document, dict) else {}

    @property
    def error_code(self) -> object:
        """Member errorCode, of whatever type; None where it is not there."""
        return self.fields.get("errorCode")

    @property
    def succeeded(self) -> bool:
        """Whether the body says that the call was good; the HTTP status alone does not tell."""
        # queryflows answers success without errorCode, so one that is not there is no failure.
        return self.status == 200 and bool(self.fields) and self.error_code in (None, 0, "0")

    def header(self, name: str) -> str | None:
        """Get a header, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)
