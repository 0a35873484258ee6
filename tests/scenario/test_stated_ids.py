"""The tenant id of a broken file, read off its text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.scenario.files.stated_ids import stated_id

STATED = {
    "tenant: {id: acme}\nclock: yesterday\n": "acme",
    'tenant: {secret: x, "id": "acme"}': "acme",
    "tenant:\n  secret: x\n\n  # id: no\n  id: 'acme one'  # ours\nrules: ]": "acme one",
    "tenant:\n- id: acme\n": "",
    '{"tenant": {"id": "acme",}': "acme",
    "\ufefftenant: {id: acme}": "acme",
    "tenant: {id: cafe\u0301}": "caf\u00e9",
    "tenant: {secret: x}\nrules: [{id: y}]": "",
    "tenant:\nrules:\n  id: y\n": "",
    "sessions: {}\n": "",
    "tenant: {id: }": "",
    "": "",
}


@pytest.mark.parametrize(("text", "id"), STATED.items(), ids=STATED)
def test_the_id_is_found_where_a_scenario_has_it(text: str, id: str) -> None:
    assert stated_id(text.encode()) == id


@given(st.binary())
def test_any_bytes_have_an_id_or_none(source: bytes) -> None:
    assert isinstance(stated_id(source), str)
