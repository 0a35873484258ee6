"""Writes a scenario as YAML text that every reader understands alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from oifde_simulator.scenario.yaml import confusables
from oifde_simulator.scenario.yaml.parser import BREAK
from oifde_simulator.scenario.yaml.scalars import resolve


class _Dumper(yaml.SafeDumper):
    """Dumper that indents lists below their key, as people write them."""

    def expect_block_sequence(self) -> None:
        """Begin a list; without this, a list in a mapping is not indented."""
        self.increase_indent(flow=False, indentless=False)
        self.state = self.expect_first_block_sequence_item

    def ignore_aliases(self, _data: Any, /) -> bool:
        """Write a value again where it comes twice."""
        return True

    def quoted(self, text: str) -> yaml.ScalarNode:
        """Represent a text, in quotes if a reader may take it for something else."""
        style = '"' if _needs_quotes(text) else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        """Write a text in double quotes; a blank at its end that cannot be seen is written as an escape."""
        self.allow_unicode = not _hides_blanks(text)
        super().write_double_quoted(text, split)
        self.allow_unicode = True


def _needs_quotes(text: str) -> bool:
    """Check for a text that begins like a number, or that our reader would refuse without quotes."""
    if text[:1] in "0123456789+-.":
        return True
    if resolve(text) != (text, "") or text[-1:] == '"':
        return True
    return not text.isascii() and bool(
        BREAK.search(text) or confusables.in_value(text) or confusables.in_key(text)
    )


def _hides_blanks(text: str) -> bool:
    return not text.isascii() and confusables.in_quoted(text, text) is not None


_Dumper.add_representer(str, _Dumper.quoted)


def scenario_text(
    description: str,
    tenant: Mapping[str, Any],
    records: Iterable[Mapping[str, Any]],
    *,
    derive: bool = True,
    more: Mapping[str, Any] | None = None,
) -> str:
    """Write a scenario with literal records and no generated sessions; `more` are keys beside them.

    Without `derive` the records are served as they stand, found by their `userMobile`.
    """
    whole = {} if derive else {"derive": False}
    document = {
        "description": description,
        "tenant": dict(tenant),
        **(more or {}),
        "sessions": {"generate": False, **whole, "records": [dict(record) for record in records]},
    }
    return document_text(document)


def document_text(document: Mapping[str, Any]) -> str:
    """Write a scenario that is a value of JSON types."""
    text: str = yaml.dump(dict(document), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return text
