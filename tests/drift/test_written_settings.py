"""A simulator with a setting is found out, and the written settings have it."""

from __future__ import annotations

import pytest
import yaml

from drifting import InProcess, asked, merged, refuted
from oifde_simulator.drift.settings import settings_text

ROWS = {
    "order: oldest": "order",
    "past_end: error": "past-the-end",
    "past_end: last": "past-the-end",
    "past_end: zero-total": "past-the-end",
    "selectors: first": "selectors",
    "selectors: call-first": "selectors",
    "numbers: accept": "numbers",
    "unknown_fields: refuse": "unknown-fields",
    "empty_fields: refuse": "empty-fields",
    "reversed_times: empty": "reversed-times",
    "long_ids: refuse": "field-lengths",
    "page_numbers: loose": "page-number",
    "check_order: parameters": "check-order",
    "error_status: {token: 401, parameter: 400, secret: 200}": "error-status",
    "codes: {token_missing: 900002}": "error-codes",
    "codes: {parameter: 200900003}": "parameter-code",
    "codes: {parameter_missing: 10000003}": "parameter-code",
    "error_body: bare": "error-body",
    "error_message: documented": "error-message",
    "response_headers: {Content-Type: application/json}": "response-headers",
    "response_headers: {Server: null}": "response-headers",
    "time_bounds: {begin: exclusive}": "time-bounds",
    "time_bounds: {end: exclusive}": "time-bounds",
    "time_bounds: {begin: exclusive, end: exclusive}": "time-bounds",
    "time_bounds: {field: endTime}": "time-bounds",
    "time_zone: '+05:30'": "time-zone",
}
"""Settings, each with the row of docs/fidelity.md that it turns round."""


@pytest.mark.parametrize(("setting", "row"), ROWS.items(), ids=ROWS)
async def test_a_setting_is_found_and_written(setting: str, row: str) -> None:
    wanted = yaml.safe_load(setting)
    result = await asked(InProcess(merged(f"settings: {{{setting}}}")))
    assert refuted(result) == {row}
    assert yaml.safe_load(settings_text(result.findings))["settings"] == wanted
