"""docs/fidelity.md and the probes: every row has a probe or a reason why not, and says which."""

from __future__ import annotations

import pytest

import probe_column
from oifde_simulator.drift.probes import in_order
from oifde_simulator.drift.registry import NOT_PROBED, PROBES

ROWS = probe_column.rows(probe_column.PAGE.read_text())
WRITE = "docs/fidelity.md is old: run python docs/generate/probe_column.py --write"


def test_the_page_has_rows_to_probe() -> None:
    assert len(ROWS) > 50


@pytest.mark.parametrize("key", ROWS)
def test_a_row_has_a_probe_or_a_reason_why_not(key: str) -> None:
    assert (key in PROBES) is not (key in NOT_PROBED)


def test_the_column_says_what_the_probes_say() -> None:
    text = probe_column.PAGE.read_text()
    assert probe_column.written(text) == text, WRITE


def test_a_row_that_comes_from_elsewhere_gets_its_cell() -> None:
    head = "## Guessed\n\n| key | where | probe |\n|---|---|---|\n"
    assert probe_column.written(f"{head}| `numbers` | x |\n").endswith(
        f"| `numbers` | x | {PROBES['numbers'].how} |\n"
    )


def test_probes_that_may_end_a_token_or_lock_the_account_come_last() -> None:
    assert [probe.key for probe in in_order()][-3:] == ["second-token", "error-codes", "account-lock"]
    assert {probe.key for probe in in_order()} == set(PROBES)
