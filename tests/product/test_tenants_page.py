"""docs/tenants.md: its tenants, secrets and magic numbers are those of the server."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import GETTOKEN, TOKEN
from gallery_page import HONEST, paragraphs
from pages import Page, ask, here, printed, query, scenarios
from serving import REPOSITORY, Served, served

PAGE = Page("docs/tenants.md")
FRESH_TOKEN, OUTAGE, SERVE_MAGIC = PAGE.blocks("sh")
TENANTS = dict(PAGE.rows("tenantId"))
GOOD_DAY = {tenant: text for tenant, text in TENANTS.items() if tenant in HONEST}
MAGIC = PAGE.rows("userMobile")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("tenants")) as server:
        yield server


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_the_lines_for_a_token_work_when_pasted(server: Served, tmp_path: Path) -> None:
    (tmp_path / "oifde-ca.pem").write_bytes(server.ca_pem() or b"")
    fresh = json.loads(printed(here(FRESH_TOKEN, server), tmp_path))
    assert (fresh["errorCode"], fresh["expireTime"]) == (0, 3600)
    answer = query(server, "tenant001", authToken=fresh["authToken"], userMobile="180****9999")
    assert answer["total"] == 1


def test_the_table_shows_some_of_the_bundled_scenarios_and_says_how_many_there_are() -> None:
    bundled = {scenario["id"] for scenario in scenarios()}
    assert bundled >= TENANTS.keys()
    (counts,) = re.findall(
        r"^These are (\w+) of (\d+)\. .* has them all: (\d+) ways to fail", PAGE.text, re.M
    )
    assert counts == ("eleven", str(len(bundled)), str(len(bundled - set(HONEST))))
    assert len(TENANTS) == 11


@pytest.mark.parametrize("tenant", sorted(TENANTS.keys() - GOOD_DAY.keys()))
def test_the_table_says_of_a_failure_what_its_file_says(tenant: str) -> None:
    assert TENANTS[tenant] == paragraphs(tenant)[0]


@pytest.mark.parametrize("tenant", GOOD_DAY)
def test_the_table_names_a_user_and_how_many_sessions_there_are(server: Served, tenant: str) -> None:
    number, user = re.fullmatch(r".*?(\w+) sessions?\b.* ([\d*]+)\b.*", GOOD_DAY[tenant] + " ").groups()  # type: ignore[union-attr]
    assert query(server, tenant, userMobile=user)["total"] == int({"one": "1"}.get(number, number))


@pytest.mark.parametrize("tenant", GOOD_DAY)
def test_a_bundled_tenant_has_the_documented_secret_and_token(server: Served, tenant: str) -> None:
    assert "has the secret `secret`" in PAGE.text
    assert f"the specification's token `{TOKEN}`" in PAGE.text
    assert ask(server, GETTOKEN, appKey=tenant, appSecret="secret")["errorCode"] == 0
    assert query(server, tenant, userMobile="0")["errorCode"] == 0


def test_the_table_of_magic_numbers_is_that_of_the_scenario() -> None:
    source = (REPOSITORY / "scenarios" / "magic.yaml").read_text()
    rules = re.findall(r'name: ([\w-]+), match: \{request: \{userMobile: "(\d+)"', source)
    assert [(rule, number) for number, rule, _ in MAGIC] == rules
    (magic,) = [scenario for scenario in scenarios() if scenario["id"] == "magic"]
    assert magic["rules"] == [rule for rule, _ in rules]


@pytest.mark.slow(seconds=1)
def test_a_failure_is_served_under_the_tenant_id_of_a_client(tmp_path: Path) -> None:
    assert shlex.split(OUTAGE) == ["oifde-simulator", "serve", "--tenant", "ITS-ID=outage"]
    with served(tmp_path, *shlex.split(SERVE_MAGIC)[2:]) as server:
        assert query(server, "ITS-ID", userMobile="18000000403")["total"] == 45
