"""docs/faq.md: the messages that it names are those that people meet."""

from __future__ import annotations

import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import GETTOKEN
from pages import Page, ask, query
from serving import PATIENCE, Served, environment, fetch, run, served

PAGE = Page("docs/faq.md")
HEADINGS = re.findall(r"^### (.*)$", PAGE.text, re.M)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("questions")) as server:
        yield server


def test_the_error_it_shows_is_what_the_server_answers(server: Served) -> None:
    (shown,) = PAGE.blocks("json")
    answer = query(server, "tenant001", userMobile="180****9999", pageSize="7")
    assert list(answer.items()) == list(json.loads(shown).items())


def about(message: str) -> str:
    """Find the heading whose words a message has."""
    (found,) = [heading for heading in HEADINGS if heading.removeprefix("The ") in message]
    return found


def test_a_tenant_that_is_unknown_is_found_by_its_message(server: Served) -> None:
    answer = query(server, "nobody", userMobile="0")
    assert answer["errorCode"] == 900002
    assert re.sub(r' "nobody"', "", answer["errorMsg"]).find("tenantId is unknown") > 0
    assert "tenantId is unknown" in HEADINGS


def test_a_foreign_token_and_a_wrong_secret_are_found_by_their_messages(server: Served) -> None:
    answer = query(server, "good-day", authToken="x", userMobile="0")
    assert answer["errorCode"] == 900002
    assert about(answer["errorMsg"]) == "authToken was not issued to this tenant"
    answer = ask(server, GETTOKEN, appKey="good-day", appSecret="x")
    assert answer["errorCode"] == 200800002
    assert about(answer["errorMsg"]) == "appSecret is not this tenant's secret"


def test_a_client_without_our_authority_says_what_the_heading_says(server: Served) -> None:
    with pytest.raises(urllib.error.URLError) as raised:
        urllib.request.urlopen(server.data, context=ssl.create_default_context())
    assert about(str(raised.value)) == "certificate verify failed"


@pytest.mark.slow(seconds=1)
def test_a_certificate_is_good_for_the_name_and_the_address_that_are_added(tmp_path: Path) -> None:
    (line,) = re.findall(r"`serve (--tls-name \S+ --tls-name \S+)`", PAGE.text)
    with served(tmp_path, *line.split()) as server:
        host, port = server.data.removeprefix("https://").split(":")
        context = ssl.create_default_context(cadata=(server.ca_pem() or b"").decode())
        for name in (host, *line.split()[1::2]):
            with socket.create_connection(("127.0.0.1", int(port)), PATIENCE) as plain:
                context.wrap_socket(plain, server_hostname=name).close()


def test_queries_fail_by_a_number_and_downloads_by_a_text(server: Served) -> None:
    number, text = re.findall(
        r"`errorCode`, a number:\s+`(\d+)`.*`resultCode`, a text:\s+`(\S+)`", PAGE.text, re.S
    )[0]
    assert isinstance(query(server, "good-day", authToken="x", userMobile="0")["errorCode"], int)
    assert number == "900001"
    _, _, body = fetch(f"{server.data}/CCFS/resource/ccfs/downloadOiapRecord", b"{}", server.ca_pem())
    assert type(json.loads(body)["resultCode"]) is type(json.loads(text)) is str


@pytest.mark.slow(seconds=1)
def test_a_port_in_use_is_found_by_its_message(server: Served) -> None:
    done = run("serve", "--port", server.data.rpartition(":")[2], "--control-port", "0")
    assert about(done.stderr) == "the port is in use"


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_plain_http_to_a_port_with_tls_is_found_by_what_curl_says(server: Served) -> None:
    url = server.data.replace("https", "http")
    done = subprocess.run(["curl", "-sS", url], capture_output=True, text=True, timeout=60, check=False)
    assert about(done.stderr) == "Empty reply from server"


@pytest.mark.slow(seconds=1)
def test_explain_is_called_as_the_page_says(tmp_path: Path) -> None:
    (line,) = [text for text in PAGE.blocks("sh") if "explain" in text]
    (tmp_path / "acme.yaml").write_text("rules: [{name: down, respond: {status: 503}}]")
    (tmp_path / "request.json").write_text('{"userMobile": "18000000001"}')
    assert "down" in run(*line.split()[1:], cwd=tmp_path).stdout


def test_the_list_of_headings_is_whole() -> None:
    listed = re.findall(r"^- \[([^]]+)\]\(#", PAGE.text, re.M)
    assert listed == re.findall(r"^## (.*)$", PAGE.text, re.M)


@pytest.mark.slow(seconds=4)
def test_a_client_that_gave_up_is_proven_as_the_page_says(tmp_path: Path) -> None:
    (text,) = PAGE.blocks("python")
    (tmp_path / "test_patience.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_patience.py"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
