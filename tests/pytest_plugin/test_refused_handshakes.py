"""Refused handshakes in the server's log, as the report tells them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oifde_simulator.pytest_plugin.astray import refused_handshakes

TOLD = [
    "a TLS handshake failed (tlsv1 alert unknown ca; client 127.0.0.1:1): it does not trust us",
    "a client (127.0.0.1:2) closed its connection right after the TLS handshake, without a request; perhaps",
    "a client closed its connection right after the TLS handshake, without a request; perhaps it",
]


@pytest.mark.parametrize("as_json", [False, True], ids=["for people", "JSON"])
def test_each_is_told_by_its_message_alone(tmp_path: Path, as_json: bool) -> None:
    lines = [json.dumps({"message": each}) if as_json else f"WARNING {each}" for each in ["listening", *TOLD]]
    log = tmp_path / "log"
    log.write_text("\n".join(lines))
    assert refused_handshakes(log, 0) == TOLD
