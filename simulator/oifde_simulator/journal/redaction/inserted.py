"""Credentials that the placeholders of a rule have written into an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oifde_simulator.journal.redaction.credential_names import holds_credential
from oifde_simulator.model.insertion import Insertion


def inserted_credentials(inserted: Iterable[Insertion]) -> Iterator[str]:
    """List the values of fields and headers that hold credentials: as they came, and as they were written."""
    for each in inserted:
        if each.part and holds_credential(each.part, each.name):
            yield each.found
            if each.text != each.found:
                yield each.text
