"""The lines that `serve` prints."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.config import Settings
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.runtime.banner import banner
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants
from oifde_simulator.urls import url

USERS = {
    "that a record names": ("records: [{callSorId: '7', calledNumber: '1', startTime: 0}]", "7"),
    "with an exact number": ("users: {'5': 0, '6': 3}", "6"),
    "of no population": ("generate: false", "18000000001"),
    "of a population of nobody": ("generate: {per_quarter: 0}", "18000000001"),
}


async def user_shown(sessions: str, seed: str = "0") -> tuple[Tenants, str]:
    scenario = loader.loads(f"sessions: {{{sessions}}}".encode(), "acme.yaml", "acme")
    tenants = Tenants({"acme": scenario}, seed=seed, error_status=200)
    lines = await banner(
        tenants, Settings(), data_url="http://here", control_url="http://there", authority=False
    )
    found = re.findall(r"-d '(\{.*\})'", lines)
    user: str = json.loads(found[0])["userMobile"]
    assert lines.count(f'"{user}"') == 2
    return tenants, user


@pytest.mark.parametrize(
    ("host", "listening"),
    [
        ("127.0.0.1", ""),
        ("0.0.0.0", "  listening on   0.0.0.0:1 (data plane)\n"),
        ("", "  listening on   0.0.0.0:1 (data plane)\n"),
        ("::", "  listening on   [::]:1 (data plane)\n"),
    ],
)
async def test_an_address_that_no_url_tells_has_a_line(host: str, listening: str) -> None:
    tenants = Tenants({"acme": loader.loads(b"{}", "acme.yaml", "acme")}, seed="0", error_status=200)
    own = {"data": url("https", host, 1), "control": "http://127.0.0.1:2"}
    lines = await banner(
        tenants,
        Settings(host=host),
        data_url=own["data"],
        control_url=own["control"],
        authority=False,
        listening=own,
    )
    found = [line for line in lines.splitlines(keepends=True) if "listening on" in line]
    assert "".join(found) == listening


@pytest.mark.parametrize(("sessions", "user"), USERS.values(), ids=USERS.keys())
async def test_the_lines_to_paste_ask_for_a_user(sessions: str, user: str) -> None:
    assert (await user_shown(sessions))[1] == user


OWN = {"tls_cert": Path("chain.pem"), "tls_key": Path("key.pem")}
TRUSTED = {
    "our authority": ({}, True, "curl --cacert oifde-ca.pem "),
    "a certificate of mine for the told name": (
        {**OWN, "advertise": "https://here"},
        False,
        "curl --cacert YOUR-CA.pem ",
    ),
    "a certificate of mine": (OWN, False, "curl -k "),
    "a bad one": ({**OWN, "advertise": "https://here", "tls_cert_invalid_ok": True}, False, "curl -k "),
}


@pytest.mark.parametrize(("given", "authority", "start"), TRUSTED.values(), ids=TRUSTED.keys())
async def test_the_lines_to_paste_verify_what_can_be_verified(
    given: dict[str, Any], authority: bool, start: str
) -> None:
    scenario = loader.loads(b"{}", "acme.yaml", "acme")
    tenants = Tenants({"acme": scenario}, seed="0", error_status=200)
    lines = await banner(
        tenants,
        Settings(**given),
        data_url="https://here",
        control_url="http://there",
        authority=authority,
    )
    assert start in lines.partition("Try it:")[2]


@pytest.mark.parametrize("seed", ["0", "1", "2", "3", "4", "5"])
async def test_the_lines_to_paste_ask_for_a_user_of_the_population_who_has_sessions(seed: str) -> None:
    tenants, user = await user_shown("generate: {}", seed)
    assert await tenants.select("acme", Criteria(user=user))
