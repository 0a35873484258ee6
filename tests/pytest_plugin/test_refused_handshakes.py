"""Refused handshakes in the server's log, as the report tells them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oifde_simulator.pytest_plugin.handshakes import refused_handshakes
from oifde_simulator.web.tls.handshakes.causes import OWN_AUTHORITY

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


def test_the_fix_is_one_for_who_writes_a_test(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f"WARNING a TLS handshake failed (alert): {OWN_AUTHORITY}")
    assert refused_handshakes(log, 0) == [
        "a TLS handshake failed (alert): it does not trust our authority (give the client simulator.ca_file, "
        "or name that file in REQUESTS_CA_BUNDLE), or calls us by a name that the certificate does not have "
        "(@pytest.mark.simulator(tls_name=...) adds one)"
    ]
